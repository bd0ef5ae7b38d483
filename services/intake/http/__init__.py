"""The front door over HTTP: what agencies send and what they may ask."""
