"""Filling in, step by step. Every step saves what was typed, right or wrong; what is wrong is said at its field."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_runtime.errors import NotFound, TryLater
from mpp_runtime.problems import NOT_FOUND
from starlette.datastructures import FormData

from mpp_portal.domain import Answer
from mpp_portal.rest_api.citizen.applying import fill_in
from mpp_portal.rest_api.citizen.kept import kept, retry_after, send_again
from mpp_portal.rest_api.citizen.own import Own, address, may
from mpp_portal.rest_api.citizen.steps import Way, watched, way_of
from mpp_portal.rest_api.citizen.words import on_page, question_words, step_names
from mpp_portal.rest_api.form import (
    Field,
    Form,
    Step,
    changed_by,
    changes_of,
    fingerprint_of,
    placed,
    with_sent_entries,
)
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import PersonOnly

_TRIES = 3
Given = Mapping[str, Sequence[str]]


def add(routes: APIRouter, pages: Pages, own: Own) -> None:
    async def page(
        request: Request, way: Way, step: Step, *, given: Given | None = None, status: int = 200, **values: Any
    ) -> Response:
        """A step. `given`: what was typed, shown instead of what is stored."""
        changes = (
            changes_of(way.form, way.file["answers"], step.fields, given, way.today) if given is not None else None
        )
        fields = way.shown(step, changes.answers if changes else None)
        problems = values.pop("problems", [])
        return pages.render(
            request,
            "citizen/step.html",
            status=status,
            file=way.file,
            step=step,
            way=way,
            questions=way.questions(fields, given=given, problems=problems, changed=values.get("changed", False)),
            summary=on_page(pages, request, problems),
            progress=step_names(pages, request, way),
            silences=way.silences(fields) if given is None else [],
            seen=fingerprint_of(way.file["answers"], step.fields),
            watched=watched(step.fields, fields),
            **question_words(pages, request, await own.zone(request, way.file["mall"]["code"])),
            **{"changed": False, "appeared": False, "filled": "", "entries_changed": "", **values},
        )

    @routes.get("/applications/{id}/form")
    async def first_step(request: Request, who: PersonOnly, id: UUID) -> Response:
        """Where she left off: the first step that still needs something."""
        way = await way_of(own, request, id)
        if not may(way.file, "change-answers"):
            return redirect(address(way.file))
        open_step = next((step for step in way.form.steps if way.problems_of(step)), None)
        rest = f"/form/{open_step.number}" if open_step else "/papers" if way.paper_problems else "/review"
        return redirect(address(way.file, rest))

    @routes.get("/applications/{id}/form/{number}")
    async def step(request: Request, who: PersonOnly, id: UUID, number: int) -> Response:
        way = await way_of(own, request, id)
        if not may(way.file, "change-answers"):
            return redirect(address(way.file))
        return await page(request, way, step_at(way.form, number), filled=request.query_params.get("filled", "")[:20])

    @routes.post("/applications/{id}/form/{number}")
    @kept(pages)
    async def save(request: Request, who: PersonOnly, id: UUID, number: int) -> Response:
        sent = await pages.posted(request)
        given = texts_of(sent)
        try:
            for _ in range(_TRIES):
                way = await way_of(own, request, id)
                if not may(way.file, "change-answers"):
                    return redirect(address(way.file))
                action = str(sent.get("action", ""))
                if (other := changed_by(way.form, given, action)) is not None:
                    way = way.as_sent(other)
                    told = "entry_added" if action.startswith("add:") else "entry_removed"
                    return await page(request, way, step_at(way.form, number), given=other, entries_changed=told)
                way = way.as_sent(given)
                step = step_at(way.form, number)
                fields = sent_fields(step.fields, sent)
                seen = fingerprint_of(way.file["answers"], step.fields)
                changes = changes_of(way.form, way.file["answers"], fields, given, way.today)
                if action == "show":
                    return await page(request, way, step, given=given)
                if sent.get("seen") != seen and changes.patch:
                    # Another page saved other answers to these questions: she chooses.
                    return await page(request, way, step, given=given, status=412, changed=True)
                if not changes.patch:
                    return await onward(request, way, step, fields, sent)
                answer = await own.change(request, way.file, changes.patch)
                if answer.status != 412:
                    break
            return await saved(request, way, step, fields, given, sent, answer)
        except TryLater as away:
            return await still_filled(request, id, number, sent, away)

    async def saved(
        request: Request,
        way: Way,
        step: Step,
        fields: list[Field],
        given: Given,
        sent: FormData,
        answer: Answer,
    ) -> Response:
        if answer.status == 422:
            errors = [{"field": field, "code": code, "detail": detail} for field, code, detail in answer.problem.errors]
            problems = placed(way.form, way.file["answers"], errors, way.today)
            return await page(request, way, step, given=given, status=422, problems=problems)
        file = answer.content()
        return await onward(request, Way.of(file, way.form, way.today), step, fields, sent)

    async def onward(request: Request, way: Way, step: Step, fields: list[Field], sent: FormData) -> Response:
        """Saved: to where she wanted to go, unless something on this step is missing or wrong."""
        match sent.get("action"):
            case "later":
                return redirect(address(way.file, "?saved=yes"))
            case "back":
                return redirect(address(way.file, f"/form/{max(1, step.number - 1)}"))
        step = step_at(way.form, step.number)
        appeared = [each for each in way.shown(step) if each not in fields]
        problems = [problem for problem in way.problems_of(step) if problem.field not in appeared]
        if problems:
            return await page(request, way, step, status=422, problems=problems)
        if appeared:
            return await page(request, way, step, appeared=True)
        following = way.form.step(step.number + 1)
        return redirect(address(way.file, f"/form/{following.number}" if following else "/papers"))

    async def still_filled(request: Request, id: UUID, number: int, sent: FormData, away: TryLater) -> Response:
        """The system is away: the step as it was typed, if its form is known here; else a page that keeps it."""
        given = texts_of(sent)
        form = own.kept_form(str(sent.get("digest", "")))
        form = with_sent_entries(form, given) if form else None
        step = form.step(number) if form else None
        if form is None or step is None:
            return await send_again(pages, request, away)
        fields = sent_fields(step.fields, sent)
        nothing: dict[str, Any] = {"id": id, "answers": {}, "corrections": [], "lookups": [], "missing": []}
        way = Way(nothing, form, await own.today(request, {"mall": {"code": str(sent.get("mall", ""))}}))
        return pages.render(
            request,
            "citizen/step_away.html",
            status=away.http_status,
            headers=retry_after(away),
            step=step,
            questions=way.questions(fields, given=given),
            hidden=[(name, sent.get(name, "")) for name in ("digest", "mall", "seen", "shown")],
            **question_words(pages, request),
        )

    @routes.post("/applications/{id}/fill-in")
    @kept(pages)
    async def fill_in_again(request: Request, who: PersonOnly, id: UUID) -> Response:
        sent = await pages.posted(request)
        answer = await fill_in(own.api, request, str(id))
        number = str(sent.get("step", "1"))
        brought = answer is not None and any(result["filled"] for result in answer.content()["results"])
        outcome = "found" if brought else "nothing"
        return redirect(f"/applications/{id}/form/{number if number.isdigit() else '1'}?filled={outcome}")


def step_at(form: Form, number: int) -> Step:
    """Raises NotFound."""
    step = form.step(number)
    if step is None:
        raise NotFound("not-found", NOT_FOUND)
    return step


def texts_of(sent: FormData) -> dict[str, list[str]]:
    """Input name → the texts that were sent under it."""
    names = dict.fromkeys(name for name, _ in sent.multi_items())
    return {name: [text for text in sent.getlist(name) if isinstance(text, str)] for name in names}


def sent_fields(fields: Iterable[Field], sent: FormData) -> list[Field]:
    """The fields that were on the page: an unticked box sends nothing, and is an answer all the same."""
    shown = str(sent.get("shown", "")).split()
    return [field for field in fields if field.name in shown]
