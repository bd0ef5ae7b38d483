"""The route class of the console: whatever goes wrong in a route ends in a refusal, as problem+json or as a page."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from services.console.http import problems
from services.console.http.problems import Refusal, problem
from shared.database import is_database_away

log = structlog.get_logger()

LARGEST_BODY = 64 * 1024  # bytes; the longest reason fits several times over

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def within_limit(request: Request) -> Request:
    """The request, whose body ends in HTTPException 413 as soon as it is longer than any form of ours."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > LARGEST_BODY:
        raise HTTPException(413)
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return Request(request.scope, counted)


def refusal_of(error: Exception) -> Refusal:
    """What to say about an error; anything unforeseen is logged by its type and place and said to be our fault."""
    match error:
        case Refusal():
            return error
        case RequestValidationError() if any(fault["loc"][:1] == ("path",) for fault in error.errors()):
            return problems.not_found()  # An address with something that is no id leads nowhere.
        case RequestValidationError():
            return problems.malformed(tuple(_pointer(fault) for fault in error.errors()))
        case HTTPException(status_code=404):
            return problems.not_found()
        case HTTPException(status_code=413):
            return problems.too_large()
        case HTTPException():
            detail = "The request cannot be served in this way."
            headers = dict(error.headers or {})
            return Refusal(error.status_code, f"http-{error.status_code}", "Not possible", detail, headers=headers)
        case _ if is_database_away(error):
            return problems.away()
        case _:
            log.error("request_failed", exc_info=error)
            return problems.broken()


def _pointer(fault: Mapping[str, Any]) -> Mapping[str, str]:
    where = [str(part) for part in fault["loc"] if part != "body"]
    # pydantic's own message may quote the value that was sent; its type never does.
    return {"pointer": "/" + "/".join(where), "code": str(fault["type"]), "message": "This answer cannot be accepted."}


class ApiRoute(APIRoute):
    """Answers errors as problem+json."""

    def get_route_handler(self) -> Handler:
        """The handler, with its errors answered."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(within_limit(request))
            except Exception as error:  # noqa: BLE001 - the last resort still answers
                return problem(refusal_of(error))

        return answer
