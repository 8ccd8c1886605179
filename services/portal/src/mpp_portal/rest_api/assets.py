"""What browsers keep for ever: the design's style sheet, the two scripts. The address changes with the content."""

from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_design import EDITING, MARK, STYLE, Asset
from starlette.exceptions import HTTPException

BELOW = "/static"
_SCRIPT = "text/javascript; charset=utf-8"
_FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}


def _htmx() -> bytes:
    """htmx (0BSD) as the wheel django-htmx (MIT) ships it: pinned by requirements.lock, and not in our repository.

    The wheel is read, never imported: Django, which it asks for, is not installed (override-dependencies).
    """
    found = distribution("django-htmx").locate_file("django_htmx/static/django_htmx/htmx-2.min.js")
    return Path(str(found)).read_bytes()


HTMX = Asset("htmx.js", _SCRIPT, _htmx())
SITE = Asset("site.js", _SCRIPT, (files("mpp_portal.rest_api") / "static" / "site.js").read_bytes())
_SERVED = {(asset.version, asset.name): asset for asset in (STYLE, EDITING, MARK, HTMX, SITE)}


def add(routes: APIRouter) -> None:
    @routes.get("/static/{version}/{name}")
    async def asset(request: Request, version: str, name: str) -> Response:
        found = _SERVED.get((version, name))
        if found is None:
            raise HTTPException(404)
        body, headers = found.answer(request.headers.get("accept-encoding", ""))
        return Response(body, headers=headers)

    @routes.get("/favicon.ico")
    async def favicon() -> Response:
        return Response(MARK.content, media_type=MARK.media_type, headers=_FOR_A_DAY)

    @routes.get("/robots.txt")
    async def robots() -> Response:
        # Addresses below these name people's files.
        told = "User-agent: *\n" + "".join(
            f"Disallow: {path}\n"
            for path in ("/track", "/verify/", "/applications", "/apply/", "/inbox", "/me", "/office", "/sign-in")
        )
        return Response(told, media_type="text/plain; charset=utf-8", headers=_FOR_A_DAY)
