"""One draft: its sections and their problems, what to do next, its history; proposed, approved, returned, discarded."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.domain import Answer, Who
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.editor import sections
from mpp_portal.rest_api.officer.definitions.drafts import Drafts
from mpp_portal.rest_api.officer.definitions.listing import HERE
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import OperatorOnly

EDITABLE = ("editing", "returned")
_LONGEST = 2000
# What each button sends, of what stands in its form.
_FIELDS = {
    "proposal": ("reason", "legal_title", "legal_source"), "approval": ("comment",), "return": ("return_comment",),
    "discard": (),
}  # fmt: skip
_LABELS = {
    "reason": "draft_reason", "legal_title": "draft_legal", "legal_source": "draft_source", "comment": "draft_comment",
    "return_comment": "draft_return_comment", "effective_to": "retire_last_day",
}  # fmt: skip
_TOLD = ("saved", "proposal", "return", "discard", "approval", "begun")


def add(routes: APIRouter, pages: Pages, drafts: Drafts, page: "Overview") -> None:
    @routes.get(f"{HERE}/drafts/{{draft}}")
    async def read(request: Request, who: OperatorOnly, draft: UUID) -> Response:
        return await page.render(request, who, draft)

    @routes.post(f"{HERE}/drafts/{{draft}}")
    async def act(request: Request, who: OperatorOnly, draft: UUID) -> Response:
        form = await pages.posted(request)
        verb = str(form.get("do", ""))
        written = {name: str(form.get(name, "")).strip()[:_LONGEST] for fields in _FIELDS.values() for name in fields}
        if verb not in _FIELDS or (verb == "discard" and not form.get("sure")):
            error = ("sure", pages.text(request, "draft_sure_missing"))
            return await page.render(request, who, draft, status=422, written=written, errors=[error])
        answer = await _send(request, drafts, draft, verb, written, str(form.get("etag", "")))
        if answer.ok:
            return redirect(HERE if verb == "discard" else f"{HERE}/drafts/{draft}?told={verb}")
        if answer.status == 404:
            answer.content()
        errors = [(_field(pointer, verb), sentence) for pointer, _, sentence in answer.problem.errors]
        return await page.render(
            request, who, draft, status=answer.status, written=written, errors=errors or [("", answer.problem.detail)]
        )


async def _send(
    request: Request, drafts: Drafts, draft: UUID, verb: str, written: Mapping[str, str], etag: str
) -> Answer:
    path = f"/drafts/{draft}"
    if verb == "discard":
        return await drafts.send(request, "DELETE", path, etag=etag)
    body: dict[str, Any] = {}
    if verb == "proposal":
        legal = {"title": written["legal_title"], "source": written["legal_source"]}
        body = {"reason": written["reason"], "legal_reference": {name: each for name, each in legal.items() if each}}
        body["legal_reference"].setdefault("title", "")
    elif comment := written[_FIELDS[verb][0]]:
        body = {"comment": comment}
    elif verb == "return":
        body = {"comment": ""}
    return await drafts.send(request, "POST", f"{path}/{verb}", json=body, etag=etag)


def _field(pointer: str, verb: str) -> str:
    """The id of the field that an error of the API is about."""
    if pointer.startswith("/legal_reference"):
        return "legal_source" if pointer.endswith("/source") else "legal_title"
    if pointer == "/comment":
        return "return_comment" if verb == "return" else "comment"
    return "reason" if pointer == "/reason" else ""


class Overview:
    """Puts the page of a draft together."""

    def __init__(self, pages: Pages, api: Api, drafts: Drafts) -> None:
        self._pages = pages
        self._api = api
        self._drafts = drafts

    async def render(
        self,
        request: Request,
        who: Who,
        draft: UUID,
        *,
        status: int = 200,
        written: Mapping[str, str] | None = None,
        errors: Sequence[tuple[str, str]] = (),
    ) -> Response:
        told, etag = await self._drafts.draft(request, draft)
        counts = sections.counted(str(problem["where"]) for problem in told["problems"])
        legal = told.get("legal_reference") or {}
        said = {
            "reason": told.get("reason") or "", "legal_title": legal.get("title", ""),
            "legal_source": legal.get("source") or "", "comment": "", "return_comment": "",
        }  # fmt: skip
        asked = request.query_params.get("told", "")
        return self._pages.render(
            request,
            "officer/definitions/overview.html",
            status=status,
            draft=told,
            etag=etag,
            yaml=await self._drafts.yaml(request, f"/drafts/{draft}/yaml"),
            sections=[(section.code, counts.get(section.code, 0)) for section in sections.SECTIONS],
            other=[each for each in told["problems"] if sections.section_of(str(each["where"])) is None],
            next_section=next((section.code for section in sections.SECTIONS if counts.get(section.code)), ""),
            editable=told["state"] in EDITABLE,
            mine=mine(told, who),
            written=written or said,
            errors=named(self._pages, request, errors),
            wrong=dict(errors),
            told=asked if asked in _TOLD and not errors else "",
        )


def named(pages: Pages, request: Request, errors: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """At the top of a page a sentence stands alone: each has the name of its field before it."""
    return [
        (field, f"{pages.text(request, _LABELS[field])}: {sentence}" if field in _LABELS else sentence)
        for field, sentence in errors
    ]


def mine(draft: Mapping[str, Any], who: Who) -> str:
    """Why this operator may not approve: "proposed" or "edited" by them; "" if they may."""
    by_me = {line["what"] for line in draft["history"] if line["who"]["id"] == who.id}
    return next((what for what in ("proposed", "edited") if what in by_me), "")
