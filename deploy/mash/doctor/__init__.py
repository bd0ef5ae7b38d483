"""What `mash doctor` looks at: settings, key, PostgreSQL, Kafka. Nothing is changed anywhere."""
