"""The mailbox page: what the local mail catcher kept. There is no such page where mail really leaves."""

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.console.domain.roles import Permission
from services.console.http.context import UseConsole
from services.console.http.identity import Caller, visitor
from services.console.http.problems import not_found
from services.console.mailbox import find_mail, newest_mail
from services.console.pages.render import page
from services.console.pages.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MayReadMailbox = Annotated[Caller, Depends(visitor(Permission.READ_MAILBOX))]


def _directory(console: UseConsole) -> Path:
    if console.settings.mailbox_dir is None:
        raise not_found()
    return console.settings.mailbox_dir


@router.get("/mailbox")
async def show(request: Request, caller: MayReadMailbox, console: UseConsole) -> Response:
    """The newest messages."""
    kept = await asyncio.to_thread(newest_mail, _directory(console))
    return page(request, "mailbox.html", caller=caller, facts={"kept": kept})


@router.get("/mailbox/{key}")
async def show_one(key: str, request: Request, caller: MayReadMailbox, console: UseConsole) -> Response:
    """One message as plain text."""
    mail = await asyncio.to_thread(find_mail, _directory(console), key)
    if mail is None:
        raise not_found()
    return page(request, "mail.html", caller=caller, facts={"mail": mail})
