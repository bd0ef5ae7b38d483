"""What can go wrong with a part that this machine runs itself, said in one line for a person at a terminal."""


class EmbeddedError(Exception):
    """A server could not be prepared, started or stopped; the text says why and where its log is."""
