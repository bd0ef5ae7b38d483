"""Loopback ports for child processes."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A loopback port that nothing listens on now. Another process may take it before it is used."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on `port`; a port in TIME_WAIT counts as free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def same_or_free(wanted: int | None) -> int:
    """`wanted` where it is free, so that an address outlives a restart; else another one."""
    return wanted if wanted and is_free(wanted) else free_port()
