"""Triage: which child a contact is about, what was known before, and how much need it shows."""
