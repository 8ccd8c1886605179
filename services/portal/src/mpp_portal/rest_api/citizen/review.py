"""Everything once more before it is handed in; handing in; the receipt."""

import secrets
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.citizen.kept import kept
from mpp_portal.rest_api.citizen.own import APPLICATIONS, Own, address, may
from mpp_portal.rest_api.citizen.steps import Way, way_of
from mpp_portal.rest_api.citizen.wizard import texts_of
from mpp_portal.rest_api.citizen.words import elsewhere, question_words, step_names
from mpp_portal.rest_api.form import Field, FieldProblem, Step, changes_of, placed, readable, value_at
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import PersonOnly

_TRIES = 3


def add(routes: APIRouter, pages: Pages, own: Own) -> None:
    def page(
        request: Request, way: Way, *, status: int = 200, problems: list[FieldProblem] | None = None, key: str = ""
    ) -> Response:
        return pages.render(
            request,
            "citizen/review.html",
            status=status,
            file=way.file,
            way=way,
            sections=sections(way, language_for(request)),
            statements=way.questions(way.form.statements, problems=problems or ()),
            progress=step_names(pages, request, way),
            summary=elsewhere(pages, request, way, problems or ()),
            **question_words(pages, request),
            key=key or secrets.token_urlsafe(16),
        )

    @routes.get("/applications/{id}/review")
    async def review(request: Request, who: PersonOnly, id: UUID) -> Response:
        way = await way_of(own, request, id)
        return page(request, way) if may(way.file, "submit") else redirect(address(way.file))

    @routes.post("/applications/{id}/review")
    @kept(pages)
    async def hand_in(request: Request, who: PersonOnly, id: UUID) -> Response:
        sent = await pages.posted(request)
        key = str(sent.get("key", ""))[:100] or secrets.token_urlsafe(16)
        for _ in range(_TRIES):
            way = await way_of(own, request, id)
            if not may(way.file, "submit"):
                # Handed in already: by the first press of the button, or in another tab.
                return redirect(address(way.file, "/receipt"))
            changes = changes_of(way.form, way.file["answers"], way.form.statements, texts_of(sent), way.today)
            if changes.patch:
                changed = await own.change(request, way.file, changes.patch)
                if changed.status in (409, 412):
                    continue
                way = Way.of(changed.content(), way.form, way.today)
            tag = f'"{way.file["version"]}"'
            answer = await own.api.call(request, "POST", f"{APPLICATIONS}/{id}:submit", key=key, etag=tag)
            if answer.status in (409, 412):
                continue
            if answer.status == 422:
                told = [
                    {"field": field, "code": code, "detail": detail} for field, code, detail in answer.problem.errors
                ]
                problems = placed(way.form, way.file["answers"], told, way.today)
                return page(request, await way_of(own, request, id), status=422, problems=problems)
            answer.content()
            return redirect(address(way.file, "/receipt"))
        return page(request, await way_of(own, request, id), status=412)

    @routes.get("/applications/{id}/receipt")
    async def receipt(request: Request, who: PersonOnly, id: UUID) -> Response:
        way = await way_of(own, request, id)
        file = way.file
        if file["number"] is None:
            return redirect(address(file, "/review"))
        return pages.render(
            request,
            "citizen/receipt.html",
            file=file,
            zone=await own.zone(request, file["mall"]["code"]),
            papers=paper_names(way),
            sections=sections(way, language_for(request)),
        )


def sections(way: Way, language: str) -> list[dict[str, Any]]:
    """Step by step what was answered, in words: {title, address, parts: [{title, rows: [{label, value}]}]}.

    A part without a title is of fields outside of any list; each entry of a list is a part of its own.
    """
    return [
        {
            "title": step.title,
            "address": address(way.file, f"/form/{step.number}"),
            "parts": [
                {"title": entry.title if entry else None, "rows": [_row(way, field, language) for field in fields]}
                for entry, fields in groupby(_read(way, step), attrgetter("entry"))
            ],
        }
        for step in way.form.steps
    ]


def _read(way: Way, step: Step) -> list[Field]:
    """The fields a person reads: a list only where it has no entries, which say it better."""
    shown = way.shown(step)
    filled = {field.entry.base for field in shown if field.entry}
    return [field for field in shown if field.pointer not in filled]


def _row(way: Way, field: Field, language: str) -> dict[str, Any]:
    return {"label": field.label, "value": readable(field, value_at(way.file["answers"], field.pointer), language)}


def paper_names(way: Way) -> list[tuple[Any, Any]]:
    """(name of the paper, attachment) of each file."""
    return [(way.form.papers[each["requirement"]], each) for each in way.file["attachments"]]
