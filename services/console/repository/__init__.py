"""The only SQL of the console, one file per subject."""
