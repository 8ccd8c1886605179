"""Following an application without an account, and checking a document: number and code in, an answer out."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from mpp_runtime.errors import Malformed
from mpp_runtime.rest import MIB, body_limit

from mpp_portal.domain import Answer
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import Malls
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.posting import check_origin
from mpp_portal.rest_api.texts import TEXTS

APPLICATIONS = "/api/applications/v1"
_LONGEST = 64
_UPLOAD = 11 * MIB  # the API's 10 MiB and what a form puts around it; the API judges the file


def add(routes: APIRouter, pages: Pages, api: Api, malls: Malls) -> None:
    @routes.get("/track")
    async def track_form(request: Request, number: str = "") -> Response:
        return _track_page(pages, request, number=number[:_LONGEST])

    # By POST, so that the tracking code stands in no address, no history and no log.
    @routes.post("/track")
    async def track(request: Request) -> Response:
        form = await pages.posted(request)
        number, secret = (str(form.get(name, "")).strip()[:_LONGEST] for name in ("number", "secret"))
        errors = [
            (name, pages.text(request, f"track_{name}_missing"))
            for name, value in (("number", number), ("secret", secret))
            if not value
        ]
        if errors:
            return _track_page(pages, request, number=number, errors=errors, status=422)
        path = f"{APPLICATIONS}/track/{quote(number, safe='')}"
        told = await api.call_public(request, "GET", path, params={"secret": secret})
        if not told.ok:
            return _track_page(
                pages, request, number=number, notice=_why(pages, request, told, "track_none"), status=_status(told)
            )
        zone = await malls.zone(request, told.body["application"]["mall"]["code"])
        return pages.render(request, "public/standing.html", followed=told.body, zone=zone)

    @routes.get("/verify")
    async def verify_form(request: Request, code: str = "") -> Response:
        if code.strip():
            return RedirectResponse(f"/verify/{quote(code.strip()[:_LONGEST], safe='')}", 303)
        missing = "code" in request.query_params
        return _verify_page(pages, request, error="verify_code_missing" if missing else None)

    @routes.get("/verify/{code}")
    async def verify(request: Request, code: str) -> Response:
        code = code[:_LONGEST]
        told = await api.call_public(request, "GET", f"{APPLICATIONS}/verifications/{quote(code, safe='')}")
        if told.ok:
            return pages.render(request, "public/document.html", document=told.body, genuine=None, failed=())
        notice = _why(pages, request, told, "verify_none")
        return _verify_page(pages, request, notice=notice, code=code, status=_status(told))

    @routes.post("/verify")
    @body_limit(_UPLOAD)
    async def verify_file(request: Request) -> Response:
        check_origin(request, pages.public_url)
        media_type = request.headers.get("content-type", "")
        if not media_type.lower().startswith("multipart/form-data"):
            raise Malformed("malformed-form", TEXTS["error_400"])
        # Passed on as it comes: the file is never held here whole.
        told = await api.call_public(
            request, "POST", f"{APPLICATIONS}/verifications", content=request.stream(), media_type=media_type
        )
        if not told.ok:
            notice = told.problem.detail or pages.text(request, "verify_unreadable")
            return _verify_page(pages, request, notice=notice, status=told.status)
        found = told.body
        return pages.render(
            request,
            "public/document.html",
            document=found["document"],
            genuine=found["genuine"],
            failed=found["failed"],
        )


def _track_page(
    pages: Pages,
    request: Request,
    *,
    number: str,
    errors: list[tuple[str, str]] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    return pages.render(request, "public/track.html", number=number, errors=errors or [], notice=notice, status=status)


def _verify_page(
    pages: Pages, request: Request, *, error: str | None = None, notice: str = "", code: str = "", status: int = 200
) -> Response:
    errors = [("code", pages.text(request, error))] if error else []
    return pages.render(
        request,
        "public/verify.html",
        status=422 if error else status,
        headers={"Permissions-Policy": "camera=(self), geolocation=(), microphone=()"},
        errors=errors,
        notice=notice,
        code=code,
    )


def _why(pages: Pages, request: Request, told: Answer, otherwise: str) -> str:
    """Too often is said as the API says it; for all else one sentence, so that nothing is given away."""
    return told.problem.detail if told.status == 429 and told.problem.detail else pages.text(request, otherwise)


def _status(told: Answer) -> int:
    return 429 if told.status == 429 else 404
