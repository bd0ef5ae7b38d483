"""What the services agree on: messages, topics, identifiers, codes, and the way a message is handled."""
