"""Following an application without an account, and checking a document: number and code in, an answer out."""

from typing import Any
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from mpp_runtime.errors import Malformed
from mpp_runtime.rest import MIB, body_limit

from mpp_portal.rest_api.pages import Language, Pages, language_for, text_of
from mpp_portal.rest_api.public_api import PublicApi
from mpp_portal.rest_api.texts import TEXTS

APPLICATIONS = "/api/applications/v1"
_FORM = "application/x-www-form-urlencoded"
_LONGEST = 64
_UPLOAD = 11 * MIB  # the API's 10 MiB and what a form puts around it; the API judges the file


def add(routes: APIRouter, pages: Pages, api: PublicApi) -> None:
    @routes.get("/track")
    async def track_form(request: Request, number: str = "") -> Response:
        return _track_page(pages, request, number=number[:_LONGEST])

    # By POST, so that the tracking code stands in no address, no history and no log.
    @routes.post("/track")
    async def track(request: Request) -> Response:
        fields = await _fields(request)
        number, secret = fields.get("number", "").strip()[:_LONGEST], fields.get("secret", "").strip()[:_LONGEST]
        language = language_for(request)
        errors = {
            name: TEXTS[f"track_{name}_missing"].in_language(language)
            for name in ("number", "secret")
            if not fields.get(name, "").strip()
        }
        if errors:
            return _track_page(pages, request, number=number, errors=errors, status=422)
        path = f"{APPLICATIONS}/track/{quote(number, safe='')}"
        status, told = await api.call("GET", path, language=language, params={"secret": secret})
        if status != 200:
            notice = (
                text_of(told, TEXTS["track_none"], language)
                if status == 429
                else TEXTS["track_none"].in_language(language)
            )
            return _track_page(pages, request, number=number, notice=notice, status=status if status == 429 else 404)
        return pages.render(request, "standing.html", followed=told)

    @routes.get("/applications/{application}")
    async def application(request: Request, application: str) -> Response:
        return pages.render(request, "application.html")

    @routes.get("/verify")
    async def verify_form(request: Request, code: str = "") -> Response:
        if code.strip():
            return RedirectResponse(f"/verify/{quote(code.strip()[:_LONGEST], safe='')}", 303)
        missing = "code" in request.query_params
        return _verify_page(pages, request, error="verify_code_missing" if missing else None)

    @routes.get("/verify/{code}")
    async def verify(request: Request, code: str) -> Response:
        language = language_for(request)
        path = f"{APPLICATIONS}/verifications/{quote(code[:_LONGEST], safe='')}"
        status, told = await api.call("GET", path, language=language)
        if status == 200:
            return pages.render(request, "document.html", document=told, genuine=None, failed=())
        return _unverified(pages, request, code=code[:_LONGEST], status=status, told=told, language=language)

    @routes.post("/verify")
    @body_limit(_UPLOAD)
    async def verify_file(request: Request) -> Response:
        media_type = request.headers.get("content-type", "")
        if not media_type.lower().startswith("multipart/form-data"):
            raise Malformed("malformed-form", TEXTS["error_400"])
        language = language_for(request)
        status, told = await api.call(
            "POST",
            f"{APPLICATIONS}/verifications",
            language=language,
            content=await request.body(),
            media_type=media_type,
        )
        if status != 200:
            notice = text_of(told, TEXTS["verify_unreadable"], language)
            return _verify_page(pages, request, notice=notice, status=status)
        return pages.render(
            request, "document.html", document=told["document"], genuine=told["genuine"], failed=told["failed"]
        )


async def _fields(request: Request) -> dict[str, str]:
    """A posted form; the last value of a repeated field. Raises Malformed for what is none."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if media_type != _FORM:
            raise ValueError(media_type)
        text = (await request.body()).decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=20, errors="strict"))
    except ValueError as error:
        raise Malformed("malformed-form", TEXTS["error_400"]) from error


def _track_page(
    pages: Pages,
    request: Request,
    *,
    number: str,
    errors: dict[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    return pages.render(request, "track.html", number=number, errors=errors or {}, notice=notice, status=status)


def _verify_page(
    pages: Pages, request: Request, *, error: str | None = None, notice: str = "", code: str = "", status: int = 200
) -> Response:
    said = TEXTS[error].in_language(language_for(request)) if error else ""
    return pages.render(request, "verify.html", error=said, notice=notice, code=code, status=422 if error else status)


def _unverified(pages: Pages, request: Request, *, code: str, status: int, told: Any, language: Language) -> Response:
    if status == 429:
        return _verify_page(pages, request, notice=text_of(told, TEXTS["verify_none"], language), code=code, status=429)
    return _verify_page(pages, request, notice=TEXTS["verify_none"].in_language(language), code=code, status=404)
