"""The walls around a webhook address: https, a public host, resolved once and pinned. Everything else is refused.

Source: reliability S15 (server-side request forgery) and X10 (a DNS answer that changes between check and connect).
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_TARGET = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa")

# Addresses with a special purpose (IANA registries), written out because Python's own list changes between releases.
_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # the metadata service of one cloud, at a public address
    )
)
# 2000::/3 is all that is handed out; these parts of it carry another address inside or belong to nobody.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


class UrlRefused(ValueError):
    """An address that no notice may be sent to. The text says which rule, and does not repeat the address."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL. host: a name or the plain form of an address; target: path and query."""

    scheme: str
    host: str
    port: int
    target: str
    is_loopback: bool = False

    @property
    def host_header(self) -> str:
        """What the Host header says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == {"https": 443, "http": 80}[self.scheme] else f"{name}:{self.port}"

    def pinned_to(self, address: str) -> str:
        """The same URL with the address that was checked in place of the name."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.target}"


def checked_url(url: str, *, allow_loopback: bool = False) -> Target:
    """The parts of a webhook URL. Raises UrlRefused for anything but https to a public host by its plain name.

    allow_loopback: also accept http and https to this machine, for the embedded demo.
    """
    if not url.isascii() or any(ord(sign) <= 32 or ord(sign) == 127 or sign == "\\" for sign in url):
        raise UrlRefused("holds a space, a control sign, a backslash or a sign outside ASCII; write it plainly")
    parts, host, port = _split(url)
    literal = _literal(host)
    is_loopback = allow_loopback and (host == "localhost" or (literal is not None and literal.is_loopback))
    if parts.scheme not in (("https", "http") if is_loopback else ("https",)):
        raise UrlRefused("must begin with https://")
    if not is_loopback:
        if literal is not None and not is_public(literal):
            raise UrlRefused("names an address that is not public; give a public host")
        if literal is None and (_NAME.fullmatch(host) is None or host.rpartition(".")[2] in _LOCAL_NAMES):
            raise UrlRefused("does not name a public host; write a full host name such as hooks.agency.example")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path, is_loopback)


def _split(url: str) -> tuple[SplitResult, str, int | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UrlRefused("is not a URL; write https://host/path") from None
    if "@" in parts.netloc or "%" in parts.netloc:
        raise UrlRefused("holds a user name or an escaped host; leave both out")
    if parts.fragment or "#" in url:
        raise UrlRefused("holds a fragment; leave out # and what follows")
    if port == 0 or parts.netloc.endswith(":") or _TARGET.fullmatch(parts.path + "?" + parts.query) is None:
        raise UrlRefused("has a port, path or query that is not plain")
    return parts, host.lower(), port


def _literal(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None  # Other spellings (0x7f.1, 2130706433, 0177.0.0.1) do not end in a letter label: refused as names.


def is_public(address: IPAddress) -> bool:
    """True only for a unicast address that anybody on the internet may be reached at."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    return address in _PUBLIC_V6 and not any(address in network for network in _REFUSED_V6)


async def pin(target: Target, resolve: Resolve) -> tuple[str, ...]:
    """The addresses to connect to, looked up once. Raises UrlRefused where one is not public, OSError where none is.

    The caller connects to these very addresses, so a second answer of the name server changes nothing.
    """
    answers = [ipaddress.ip_address(answer.partition("%")[0]) for answer in await resolve(target.host, target.port)]
    if not answers:
        raise OSError("no address")
    for answer in answers:
        if not (answer.is_loopback if target.is_loopback else is_public(answer)):
            raise UrlRefused("resolves to an address that is not public")
    return tuple(str(answer) for answer in answers)


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver answers, each address once, in its order. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))
