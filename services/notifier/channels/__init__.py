"""How a message leaves: one file per channel, and the walls around a webhook."""
