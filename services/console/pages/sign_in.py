"""The sign-in page, signing out, and where each role starts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.console.domain.roles import Role
from services.console.http import answers
from services.console.http.context import UseConsole, client_of
from services.console.http.identity import Caller, read_form, sender, text_of, visitor
from services.console.http.problems import Refusal, wrong_origin
from services.console.http.security import (
    drop_cookie,
    form_token,
    is_own_form,
    new_visitor,
    put_cookie,
    session_cookie,
    visitor_cookie,
)
from services.console.pages.render import page
from services.console.pages.route import PageRoute
from services.console.sign_in import SignedIn, TooManyTries, sign_in, sign_out, staff_behind

router = APIRouter(route_class=PageRoute, include_in_schema=False)

HOME = {Role.SCREENER: "/queues", Role.MANAGER: "/queues", Role.OPS: "/operations", Role.AUDITOR: "/ledger"}

Anyone = Annotated[Caller, Depends(visitor(None))]
AnyoneSending = Annotated[Caller, Depends(sender(None))]


@router.get("/")
async def home(caller: Anyone) -> Response:
    """Lead each role to the page it works on."""
    return RedirectResponse(HOME[caller.staff.role], 303)


@router.get("/sign-in")
async def show(request: Request, console: UseConsole, next: str = "/") -> Response:
    """The form, tied to this browser by a cookie of its own."""
    return _form(request, console.tls, goes_to=_own_path(next))


def _form(request: Request, tls: bool, *, goes_to: str, refusal: Refusal | None = None, username: str = "") -> Response:
    cookie = request.cookies.get(visitor_cookie(tls)) or new_visitor()
    answer = page(
        request,
        "sign_in.html",
        status=refusal.status if refusal else 200,
        facts={"form_token": form_token(cookie), "goes_to": goes_to, "refusal": refusal, "username": username},
    )
    put_cookie(answer, visitor_cookie(tls), cookie, tls=tls)
    if refusal is not None:
        answer.headers.update({name: value for name, value in refusal.headers.items() if name == "Retry-After"})
    return answer


@router.post("/sign-in")
async def begin(request: Request, console: UseConsole) -> Response:
    """Begin a session under a new id, whatever id the browser brought, and end the one it brought."""
    form = await read_form(request)
    cookie = request.cookies.get(visitor_cookie(console.tls), "")
    if not cookie or not is_own_form(request, cookie, text_of(form, "form_token"), console.origins):
        raise wrong_origin()
    username, goes_to = text_of(form, "username"), _own_path(text_of(form, "next"))
    password = form.get("password")
    secret = password if isinstance(password, str) else ""
    signed = await sign_in(username[:200], secret, "browser", console.open_work, client_of(request))
    if isinstance(signed, TooManyTries):
        refusal = answers.too_many_tries(signed.retry_after_seconds)
        return _form(request, console.tls, goes_to=goes_to, refusal=refusal, username=username)
    if not isinstance(signed, SignedIn):
        return _form(request, console.tls, goes_to=goes_to, refusal=answers.wrong_credentials(), username=username)
    brought = request.cookies.get(session_cookie(console.tls))
    previous = None if brought is None else await staff_behind(brought, "browser", console.open_work, quietly=True)
    if brought is not None and previous is not None:
        await sign_out(brought, previous, console.open_work, client_of(request))
    answer = RedirectResponse(goes_to if goes_to != "/" else HOME[signed.staff.role], 303)
    put_cookie(answer, session_cookie(console.tls), signed.token, tls=console.tls)
    drop_cookie(answer, visitor_cookie(console.tls), tls=console.tls)
    return answer


@router.post("/sign-out")
async def end(caller: AnyoneSending, request: Request, console: UseConsole) -> Response:
    """End the session everywhere and make the browser forget its pages."""
    await sign_out(caller.token, caller.staff, console.open_work, client_of(request))
    answer = RedirectResponse("/sign-in", 303)
    drop_cookie(answer, session_cookie(console.tls), tls=console.tls)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _own_path(path: str) -> str:
    """A path on this site, or the start page: never another host, and never a path that browsers read as one."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if safe and not path.startswith("/sign-") else "/"
