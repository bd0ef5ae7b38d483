"""A real PostgreSQL and a real Kafka for tests: from the environment, from containers, or as child processes."""
