"""Invented families with the truth about them, to measure how children are found again."""
