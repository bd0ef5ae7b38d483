"""The demo: samples, their dates, and what is checked."""
