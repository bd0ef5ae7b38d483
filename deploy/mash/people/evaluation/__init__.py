"""How well children are found again, beside Splink on the same data in the same run."""
