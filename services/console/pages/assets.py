"""The stylesheet, the one small script, and the mark in the browser's tab: three files, nothing from elsewhere."""

from fastapi import APIRouter, Response

from services.console.http.problems import not_found
from services.console.pages.render import HERE
from services.console.pages.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_TYPES = {"console.css": "text/css", "console.js": "text/javascript", "mark.svg": "image/svg+xml"}
_FILES = {name: (HERE / "static" / name) for name in _TYPES}


@router.get("/static/{name}")
async def asset(name: str) -> Response:
    """One of the files; no other name leads anywhere."""
    if name not in _FILES:
        raise not_found()
    return Response(_FILES[name].read_bytes(), media_type=_TYPES[name], headers={"Cache-Control": "no-cache"})
