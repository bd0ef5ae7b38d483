"""Intake: keeps every contact an agency sends, answers with a receipt, and puts danger first."""
