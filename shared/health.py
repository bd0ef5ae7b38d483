"""`/healthz`: the loop turns. `/readyz`: this process can do its work. `/metrics`: for Prometheus.

Metrics tell no person, but how busy an authority is and what fails there: they answer this machine, and elsewhere only
the bearer of a token. What comes through a proxy is not taken for this machine.
"""

import hmac
import ipaddress
from collections.abc import Awaitable, Sequence
from typing import Protocol

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.service import Service

_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"})


class Checkable(Protocol):
    """A running service that can say what keeps it from being ready."""

    service: Service

    def faults(self) -> Awaitable[dict[str, str]]:
        """Faults by check; empty where ready."""


def health_routes(running: Sequence[Checkable], metrics_token: str | None = None) -> APIRouter:
    """Routes that need no sign-in and tell nothing about any contact. metrics_token: opens /metrics from elsewhere."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", summary="The process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", summary="The process can do its work")
    async def readyz(request: Request, response: Response) -> dict[str, object]:
        faults = {one.service.name: await one.faults() for one in running}
        ready = not any(faults.values()) and not getattr(request.app.state, "stopping", False)
        response.status_code = 200 if ready else 503
        return {"ready": ready, "services": faults}

    @router.get("/metrics", summary="Prometheus metrics")
    async def metrics(request: Request) -> Response:
        if not (_comes_from_here(request) or _bears(request, metrics_token)):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def _comes_from_here(request: Request) -> bool:
    if _FORWARDED & set(request.headers.keys()) or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _bears(request: Request, token: str | None) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return token is not None and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())
