"""The keyring: one wrapped data key per contact, in a schema of its own."""
