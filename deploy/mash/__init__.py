"""The command line `mash` and what it runs on one machine."""
