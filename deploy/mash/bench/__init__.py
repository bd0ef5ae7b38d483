"""`mash bench`: what the pipeline does beside what the same Kafka and PostgreSQL can do, in one run."""
