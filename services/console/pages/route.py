"""The route class of pages: a refusal is a page in plain words, and a missing session leads to the sign-in page."""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from services.console.http.problems import Refusal
from services.console.http.route import Handler, refusal_of, within_limit
from services.console.pages.render import page


def refusal_page(request: Request, refusal: Refusal) -> Response:
    """The refusal as a person sees it."""
    if refusal.status == 401 and request.method == "GET":
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
    answer = page(
        request,
        "refusal.html",
        caller=getattr(request.state, "caller", None),
        status=refusal.status,
        facts={"refusal": refusal},
    )
    for name, value in refusal.headers.items():
        if name != "WWW-Authenticate":
            answer.headers[name] = value
    return answer


class PageRoute(APIRoute):
    """Answers errors as pages."""

    def get_route_handler(self) -> Handler:
        """The handler, with its errors answered."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(within_limit(request))
            except Exception as error:  # noqa: BLE001 - the last resort still answers
                return refusal_page(request, refusal_of(error))

        return answer
