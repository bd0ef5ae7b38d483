"""The whole system as a person at a terminal runs it."""
