"""The route class of intake: whatever goes wrong in a route ends in problem+json, never in a bare error."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from services.intake.http.problems import Problem, away, broken, not_found, problem_response, wrong_method
from services.intake.policy import Advice
from shared.database import is_database_away

log = structlog.get_logger()

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
PREFIXES = ("/v1/contacts", "/v1/receipts")


def problem_of(error: Exception) -> Problem:
    """What to say about an error; an unforeseen one is logged by type and place and said to be our fault."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return not_found()
        case HTTPException(status_code=404):
            return not_found()
        case HTTPException(status_code=405):
            return wrong_method((error.headers or {}).get("Allow"))
        case HTTPException():
            return Problem(error.status_code, f"http-{error.status_code}", "Not possible", "See /openapi.json.")
        case _ if is_database_away(error):
            return away()
        case _:
            log.error("request_failed", exc_info=error)
            return broken()


def route_class(advice: Advice) -> type[APIRoute]:
    """A route class that answers errors as problems with this advice."""

    class IntakeRoute(APIRoute):
        """Answers errors as problem+json."""

        def get_route_handler(self) -> Handler:
            """The handler, with its errors answered."""
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    return await handle(request)
                except Exception as error:  # noqa: BLE001 - the last resort still answers
                    return problem_response(problem_of(error), advice)

            return answer

    return IntakeRoute


def answer_unrouted(app: FastAPI, advice: Advice) -> None:
    """Let addresses under ours that no route serves, and methods that none takes, answer as problems too."""
    other = app.exception_handlers.get(HTTPException)

    async def answer(request: Request, error: Exception) -> Response:
        if other is not None and not request.url.path.startswith(PREFIXES):
            answered = other(request, error)
            return await answered if isinstance(answered, Coroutine) else answered  # type: ignore[return-value]
        return problem_response(problem_of(error), advice)

    app.add_exception_handler(HTTPException, answer)
