"""Headers, cookies and form tokens. Invariant: every answer of the console carries the headers, errors included."""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types mash-list",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    # Not no-referrer: with it browsers send `Origin: null` on our own forms, and the origin check would be blind.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class SecurityHeaders:
    """Pure ASGI, so that a client that leaves cancels nothing: adds the headers to every answer that lacks them."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        """tls: people reach the console over https."""
        self._app = app
        self._headers = {**HEADERS, **(TLS_HEADERS if tls else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def session_cookie(tls: bool) -> str:
    """The name of the session cookie; with the __Host- prefix no other host or path can set it."""
    return "__Host-mash-session" if tls else "mash-session"


def visitor_cookie(tls: bool) -> str:
    """The name of the cookie that ties the sign-in form to the browser that asked for it."""
    return "__Host-mash-visitor" if tls else "mash-visitor"


def put_cookie(response: Response, name: str, value: str, *, tls: bool) -> None:
    """A cookie for this browsing session that scripts and other sites cannot use."""
    response.set_cookie(name, value, path="/", secure=tls, httponly=True, samesite="strict")


def drop_cookie(response: Response, name: str, *, tls: bool) -> None:
    """Take the cookie back."""
    response.delete_cookie(name, path="/", secure=tls, httponly=True, samesite="strict")


def new_visitor() -> str:
    """A fresh value for the visitor cookie."""
    return secrets.token_urlsafe(24)


def form_token(cookie: str) -> str:
    """The token that a form shown to the holder of this cookie must bring back."""
    return hmac.new(cookie.encode(), b"mash form token", hashlib.sha256).hexdigest()


def is_own_form(request: Request, cookie: str, token: str, origins: frozenset[str]) -> bool:
    """Whether a form was sent from a page of ours in this browser: one of our origins, and the token of its cookie."""
    return _is_own_origin(request, origins) and hmac.compare_digest(form_token(cookie).encode(), token.encode())


def _is_own_origin(request: Request, origins: frozenset[str]) -> bool:
    """By the configured addresses, never by the Host header: whoever sends the request chooses that one."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    source = request.headers.get("origin") or request.headers.get("referer") or ""
    parts = urlsplit(source)
    if f"{parts.scheme}://{parts.netloc}".lower() in origins:
        return True
    log.warning("form_from_elsewhere")  # If the address is ours: MASH_PUBLIC_URL or MASH_CONSOLE_ORIGINS.
    return False
