"""Real PostgreSQL and real Kafka as child processes, for a machine that has Python and nothing else."""
