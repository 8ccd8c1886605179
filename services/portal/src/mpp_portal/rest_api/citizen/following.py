"""One application: what is asked, who has it, until when, what came out; taking it back."""

import secrets
from typing import Any
from uuid import UUID

import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from mpp_portal.rest_api.citizen.kept import kept
from mpp_portal.rest_api.citizen.own import APPLICATIONS, Own, address, is_draft, may
from mpp_portal.rest_api.citizen.papers import passed_on
from mpp_portal.rest_api.citizen.review import paper_names, sections
from mpp_portal.rest_api.citizen.steps import way_of
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import PersonOnly, SignedIn

_SAID = ("saved", "withdrawn", "stale", "resubmitted")


def add(routes: APIRouter, pages: Pages, own: Own) -> None:
    @routes.get("/applications/{id}")
    async def application(request: Request, who: SignedIn, id: UUID) -> Response:
        if who.officer:
            return redirect(f"/office/applications/{id}")
        way = await way_of(own, request, id)
        file = way.file
        timeline = (await own.api.call(request, "GET", f"{APPLICATIONS}/{id}/timeline")).content()
        return pages.render(
            request,
            "citizen/application.html",
            file=file,
            way=way,
            zone=await own.zone(request, file["mall"]["code"]),
            draft=is_draft(file),
            lines=sorted(timeline["lines"], key=lambda line: line["version"], reverse=True),
            left=[item for item in file["corrections"] if not item["answered"]],
            sections=sections(way, language_for(request)),
            papers=paper_names(way),
            codes={
                document["id"]: qr_code(f"{pages.public_url}/verify/{document['verification_code']}")
                for document in file["documents"]
            },
            withdrawable=may(file, "withdraw"),
            said=next((name for name in _SAID if name in request.query_params), ""),
        )

    @routes.get("/applications/{id}/documents/{document}/file")
    async def download(request: Request, who: SignedIn, id: UUID, document: UUID) -> Response:
        return await passed_on(own, request, f"{APPLICATIONS}/{id}/documents/{document}/file")

    @routes.get("/applications/{id}/withdraw")
    async def ask(request: Request, who: PersonOnly, id: UUID) -> Response:
        file = await own.file(request, id)
        if not may(file, "withdraw"):
            return redirect(address(file))
        return pages.render(
            request, "citizen/withdraw.html", file=file, draft=is_draft(file), key=secrets.token_urlsafe(16)
        )

    @routes.post("/applications/{id}/withdraw")
    @kept(pages)
    async def withdraw(request: Request, who: PersonOnly, id: UUID) -> Response:
        sent = await pages.posted(request)
        key = str(sent.get("key", ""))[:100] or secrets.token_urlsafe(16)
        # Only what she saw is taken back: a decision that came meanwhile is shown first.
        tag = f'"{sent.get("version", "")}"'
        answer = await own.api.call(request, "POST", f"{APPLICATIONS}/{id}:withdraw", key=key, etag=tag)
        if answer.status in (409, 412):
            return redirect(f"/applications/{id}?stale=yes")
        answer.content()
        return redirect(f"/applications/{id}?withdrawn=yes")


def qr_code(text: str) -> Any:
    """An SVG of the code with this text, to stand in a page: dark on white in either scheme, or no camera reads it."""
    return Markup(segno.make(text, error="m").svg_inline(scale=4, border=4, light="#fff", dark="#000"))  # noqa: S704
