"""Ports: free ones on loopback for child processes, and why a server could not listen where a person wants it."""

import errno
import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A loopback port that nothing listens on now. Another process may take it before it is used."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on `port`; a port in TIME_WAIT counts as free."""
    return why_not(port, host) is None


def why_not(port: int, host: str = LOOPBACK) -> str | None:
    """Why no server could listen there, with the remedy, or None where one could."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return f"{host} is no address and no known name: set MASH_HOST to one of this machine's"
    except OSError as error:
        return _words(error, port, host)
    return None


def _words(error: OSError, port: int, host: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is taken: stop what uses it, or set MASH_PORT to another"
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return f"{host} is no address of this machine: set MASH_HOST to one that is, such as 127.0.0.1 or 0.0.0.0"
        case errno.EACCES:
            return f"port {port} is not allowed to this user: set MASH_PORT to one from 1024 up"
        case _:
            return f"cannot listen at {host}, port {port} ({error.strerror}): set MASH_HOST and MASH_PORT to others"


def same_or_free(wanted: int | None) -> int:
    """`wanted` where it is free, so that an address outlives a restart; else another one."""
    return wanted if wanted and is_free(wanted) else free_port()
