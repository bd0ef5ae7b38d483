"""Replays contacts through two continua and compares the answers. It is pure: it sends nothing and changes nothing."""
