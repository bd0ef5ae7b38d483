"""The only SQL of triage: whole batches at a time, one statement for each table."""
