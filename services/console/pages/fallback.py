"""Answers for addresses that no route serves, so that they too are a page for people and a problem for programs."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from services.console.http.problems import problem
from services.console.http.route import refusal_of
from services.console.pages.route import refusal_page


def answer_what_no_route_does(app: FastAPI) -> None:
    """Unknown paths and wrong methods end in a refusal like every other error."""

    async def answer(request: Request, error: Exception) -> Response:
        refusal = refusal_of(error)
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        if not wants_page:
            return problem(refusal)
        return refusal_page(request, refusal)

    app.add_exception_handler(HTTPException, answer)
