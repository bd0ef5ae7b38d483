"""The console's rules as plain functions over frozen values."""
