"""Which part of a long list somebody wants to see: `?page=2`."""

from fastapi import Request

from services.console.live import MOST_PARTS


def part_of(request: Request) -> int:
    """From 1 to MOST_PARTS; the first where the address names none."""
    wanted = request.query_params.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else 1
    return min(max(number, 1), MOST_PARTS)
