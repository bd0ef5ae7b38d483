"""The generator's truth held against what the services make of its messages."""
