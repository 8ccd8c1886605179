"""The style sheet, under an address that changes with its content, and the mark of the mall."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from mpp_portal.rest_api.pages import STYLE, STYLE_VERSION

_MARK = files("mpp_portal.rest_api") / "static" / "mark.svg"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}


def add(routes: APIRouter) -> None:
    style, mark = STYLE.read_bytes(), _MARK.read_bytes()

    @routes.get("/static/{version}/site.css")
    async def style_sheet(version: str) -> Response:
        if version != STYLE_VERSION:
            raise HTTPException(404)
        return Response(style, media_type="text/css; charset=utf-8", headers=_FOR_EVER)

    @routes.get("/static/mark.svg")
    async def mark_of_the_mall() -> Response:
        return Response(mark, media_type="image/svg+xml", headers=_FOR_A_DAY)

    @routes.get("/robots.txt")
    async def robots() -> Response:
        # Addresses below these name people's files.
        told = "User-agent: *\nDisallow: /track\nDisallow: /verify/\nDisallow: /applications/\n"
        return Response(told, media_type="text/plain; charset=utf-8", headers=_FOR_A_DAY)
