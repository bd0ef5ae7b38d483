"""Who is asking and whether they may. Invariant: no route serves anything before one of these has said yes.

The API takes bearer tokens and no cookie, pages take the cookie and no bearer token: neither opens the other's door.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData

from services.console.domain.roles import Permission, Staff
from services.console.http.context import Console, client_of, of
from services.console.http.problems import Refusal, not_allowed, not_signed_in, wrong_origin
from services.console.http.security import form_token, is_own_form, session_cookie
from services.console.repository.audit import Act, Outcome
from services.console.sign_in import staff_behind

MOST_FIELDS = 30
LONGEST_FIELD = 64 * 1024


@dataclass(frozen=True)
class Caller:
    """A signed-in person and the token they came with."""

    staff: Staff
    token: str

    @property
    def form_token(self) -> str:
        """The token for forms shown to this person."""
        return form_token(self.token)


AskApi = Callable[[Request], Awaitable[Caller]]


async def _refuse(request: Request, console: Console, staff: Staff) -> Refusal:
    """The refusal, after the denied attempt was written to the audit."""
    object_id = request.path_params.get("contact_id") or request.url.path
    act = Act("access", Outcome.DENIED, staff, object_id=str(object_id)[:200], client=client_of(request))
    async with console.open_work() as work:
        await work.audit.add(act)
        await work.commit()
    return not_allowed()


async def _checked(request: Request, token: str, kind: str, permission: Permission | None) -> Caller:
    console = of(request)
    staff = await staff_behind(token, kind, console.open_work)
    if staff is None:
        raise not_signed_in()
    caller = Caller(staff, token)
    request.state.caller = caller  # A refusal further on is shown with this person's navigation.
    if permission is not None and not staff.may(permission):
        raise await _refuse(request, console, staff)
    if kind == "browser" and staff.may(Permission.SEE_ATTENTION):
        await console.attention.refresh()  # Every page of theirs shows how much needs a person.
    return caller


def bearer(permission: Permission | None) -> AskApi:
    """For the API: the caller behind the bearer token, with this permission. Raises Refusal 401 or 403."""

    async def ask(request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise not_signed_in()
        return await _checked(request, token.strip(), "api", permission)

    return ask


def visitor(permission: Permission | None) -> AskApi:
    """For pages: the caller behind the session cookie, with this permission. Raises Refusal 401 or 403."""

    async def ask(request: Request) -> Caller:
        token = request.cookies.get(session_cookie(of(request).tls), "")
        if not token:
            raise not_signed_in()
        return await _checked(request, token, "browser", permission)

    return ask


async def read_form(request: Request) -> FormData:
    """The fields of a form, within limits."""
    return await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)


def sender(permission: Permission | None) -> AskApi:
    """For forms on pages: as `visitor`, and the form must come from a page of ours in this browser."""
    look = visitor(permission)

    async def ask(request: Request) -> Caller:
        form = await read_form(request)
        cookie = request.cookies.get(session_cookie(of(request).tls), "")
        if cookie and not is_own_form(request, cookie, text_of(form, "form_token"), of(request).origins):
            raise wrong_origin()
        return await look(request)

    return ask


def text_of(form: FormData, name: str) -> str:
    """One field of a form as text; missing and file fields are empty."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
