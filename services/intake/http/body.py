"""Reads a request body within a size and a time. What came before a limit was hit is not thrown away."""

import asyncio
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from services.intake.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, repr=False)
class Body:
    """What arrived. fault: why it is not whole, or None."""

    content: bytes
    fault: Refusal | None = None


async def read_body(request: Request, limit: int, seconds: float) -> Body:
    """The body of `request`, at most `limit` bytes, within `seconds`. Never raises for what the client does."""
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    pieces.append(piece[: len(piece) - (size - limit)])
                    return Body(b"".join(pieces), Refusal.BODY_TOO_LARGE)
                pieces.append(piece)
    except TimeoutError:
        return Body(b"".join(pieces), Refusal.BODY_TOO_SLOW)
    except ClientDisconnect:
        return Body(b"".join(pieces), Refusal.BODY_CUT_OFF)
    return Body(b"".join(pieces))
