"""The HTTP API of what needs a person: the list in codes, and settling one item with a reason."""

import asyncio
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from services.console import settle as command
from services.console.domain.attention import Settlement, faults_in_reason
from services.console.domain.decisions import LONGEST_REASON
from services.console.domain.roles import Permission, Staff
from services.console.http import answers, problems
from services.console.http.context import Console, UseConsole, client_of
from services.console.http.identity import Caller, bearer
from services.console.http.parts import part_of
from services.console.http.route import ApiRoute
from services.console.repository.audit import Act, Outcome
from shared.ids import new_id
from shared.work import uninterrupted

router = APIRouter(prefix="/v1", route_class=ApiRoute, tags=["staff"])

MaySee = Annotated[Caller, Depends(bearer(Permission.SEE_ATTENTION))]
MaySettle = Annotated[Caller, Depends(bearer(Permission.SETTLE_ATTENTION))]


class SettleBody(BaseModel):
    """What is to happen and why. release: the system tries again; resolve: a person has dealt with it."""

    action: Settlement
    reason: str = Field(max_length=LONGEST_REASON, repr=False)


@router.get("/attention", summary="What needs a person, over all services: possible danger first, then the newest")
async def list_items(caller: MaySee, request: Request, console: UseConsole) -> Response:
    """Open items in codes, 200 at a time (`?page=2` for the next), and how many there are."""
    async with console.open_work() as work:
        items = await work.attention.open_items(part_of(request))
        count = await work.attention.count()
        await work.audit.add(Act("attention.read", Outcome.ALLOWED, caller.staff, client=client_of(request)))
        await work.commit()
    body = {"open": count.open, "urgent": count.urgent, "items": [answers.item_json(item) for item in items]}
    return Response(orjson.dumps(body), media_type="application/json")


@router.post("/attention/{schema}/{item_id}", summary="Release or resolve one item, with a reason")
async def settle_item(
    schema: str, item_id: UUID, body: SettleBody, caller: MaySettle, request: Request, console: UseConsole
) -> Response:
    """200 with the action where it is done; 409 where somebody was faster or it cannot be tried again."""
    faults = faults_in_reason(body.reason)
    if faults:
        raise problems.malformed(answers.pointers(faults))
    answer = await settle(
        console, schema, item_id, body.action, body.reason, caller.staff, new_id(), client_of(request)
    )
    if isinstance(answer, command.Settled):
        done = {"schema": schema, "id": str(item_id), "action": body.action.value}
        return Response(orjson.dumps(done), media_type="application/json")
    raise answers.settle_refusal(answer)


async def settle(
    console: Console,
    schema: str,
    item_id: UUID,
    action: Settlement,
    reason: str,
    staff: Staff,
    reason_id: UUID,
    client: str | None,
) -> command.SettleAnswer:
    """Settle in a unit of work that runs to its end even when the caller goes away; the badges are read anew."""

    async def unit() -> command.SettleAnswer:
        async with console.open_work() as work:
            return await command.settle(
                schema, item_id, action, reason, staff, work, reason_id=reason_id, client=client
            )

    answer = await uninterrupted(asyncio.ensure_future(unit()))
    console.attention.forget()
    return answer
