"""Reads the headers of a request strictly: what is not plain text, or is there twice, is refused, not guessed."""

from dataclasses import dataclass

from starlette.requests import Request

from services.intake.domain.refusals import Refusal, Refused
from services.intake.sources.registry import Connector

_LONGEST_KEY = 200
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_CSV_CHARSETS = _UTF8 | {"windows-1252", "cp1252", "iso-8859-1", "latin1", "latin-1", "utf-16"}


def bearer_token(request: Request) -> str | None:
    """The bearer token, or None where there is none or more than one."""
    values = request.headers.getlist("authorization")
    if len(values) != 1:
        return None
    scheme, _, token = values[0].partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip().isascii() else None


def check_plain(request: Request) -> None:
    """Raises Refused where a header holds bytes that are not UTF-8."""
    for name, value in request.headers.raw:
        try:
            name.decode()
            value.decode()
        except UnicodeDecodeError:
            raise Refused(Refusal.BAD_HEADER) from None


def idempotency_key(request: Request) -> str | None:
    """The sender's key, or None where none was sent. Raises Refused where it is not usable."""
    values = request.headers.getlist("idempotency-key")
    if not values:
        return None
    key = values[0].strip()
    if len(values) > 1 or not 1 <= len(key) <= _LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Refused(Refusal.BAD_IDEMPOTENCY_KEY)
    return key


def content_encoding(request: Request) -> str:
    """How the body is packed, in lower case; empty where it is not."""
    encoding = ",".join(request.headers.getlist("content-encoding")).strip().lower()
    return "" if encoding == "identity" else encoding


@dataclass(frozen=True, slots=True)
class ContentType:
    """The declared type of a body; charset only where one was declared."""

    name: str
    charset: str | None


def content_type(request: Request, connector: Connector) -> ContentType:
    """The declared type, where this connector takes it. Raises Refused where it does not."""
    if content_encoding(request):
        raise Refused(Refusal.CONTENT_ENCODED)
    name, *parameters = (part.strip() for part in request.headers.get("content-type", "").split(";"))
    if name.lower() not in connector.content_types:
        raise Refused(Refusal.WRONG_CONTENT_TYPE)
    pairs = (parameter.partition("=") for parameter in parameters)
    named = {key.strip().lower(): value.strip().strip('"').lower() for key, _, value in pairs}
    charset = named.get("charset")
    if charset is not None and charset not in (_UTF8 if connector.json else _CSV_CHARSETS):
        raise Refused(Refusal.WRONG_CHARSET)
    return ContentType(name.lower(), charset)
