"""`/healthz`: the loop turns. `/readyz`: this process can do its work. `/metrics`: for Prometheus."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.service import Service


class Checkable(Protocol):
    """A running service that can say what keeps it from being ready."""

    service: Service

    def faults(self) -> Awaitable[dict[str, str]]:
        """Faults by check; empty where ready."""


def health_routes(running: Sequence[Checkable]) -> APIRouter:
    """Routes that need no sign-in and tell nothing about any contact."""
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
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
