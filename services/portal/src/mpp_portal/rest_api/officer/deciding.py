"""A decision: on the file's own page, or on a page of its own where it ends the file or signs a document."""

import uuid
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_runtime.errors import NotFound, TryLater
from starlette.datastructures import FormData

from mpp_portal.domain import Answer, Who
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.officer.desk import APPLICATIONS, address
from mpp_portal.rest_api.officer.file_page import FilePage, Happened, Written
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import OfficerOnly
from mpp_portal.rest_api.texts import TEXTS

_NOTE = "note:"


def add(routes: APIRouter, pages: Pages, api: Api, page: FilePage) -> None:
    deciding = Deciding(pages, api, page)

    @routes.get("/office/tasks/{task}/decide/{action}")
    async def ask(request: Request, who: OfficerOnly, task: UUID, action: str) -> Response:
        return await deciding.ask(request, task, action, Written())

    @routes.post("/office/tasks/{task}/decide/{action}")
    async def decide(request: Request, who: OfficerOnly, task: UUID, action: str) -> Response:
        form = await pages.posted(request)
        try:
            return await deciding.decide(request, who, task, action, form)
        except TryLater as later:
            # What was written stays on the page, and its key makes sending it again harmless.
            fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
            headers = {"Retry-After": str(later.retry_after)}
            return pages.render(
                request, "officer/again.html", status=503, headers=headers, fields=fields, written=written_in(form)
            )


def written_in(form: FormData) -> Written:
    """What an officer wrote into the form of a decision; a note counts where its box is ticked."""
    text = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    notes = {name.removeprefix(_NOTE): value for name, value in text.items() if name.startswith(_NOTE)}
    ticked = [value for value in form.getlist("item") if isinstance(value, str)]
    items = {target: notes.get(target, "") for target in ticked}
    return Written(text.get("reason", ""), text.get("comment", ""), items, notes)


def field_of(pointer: str, written: Written) -> str:
    """The id of the field that an error of the API is about: "/reason", "/items", "/items/0/note"."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "items":
        targets = list(written.items)
        if len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(targets):
            return f"note:{targets[int(parts[1])]}"
        return "items"
    return parts[0] if parts[0] in ("reason", "comment") else ""


class Deciding:
    """Asks, carries out, and says what became of it."""

    def __init__(self, pages: Pages, api: Api, page: FilePage) -> None:
        self._pages = pages
        self._api = api
        self._page = page

    async def ask(
        self, request: Request, task: UUID, action: str, written: Written,
        *, status: int = 200, errors: tuple[tuple[str, str], ...] = (), notice: str = "",
    ) -> Response:  # fmt: skip
        """The page of one decision: what it does, what it needs, and a button that says so."""
        told = (await self._api.call(request, "GET", f"{APPLICATIONS}/tasks/{task}")).content()
        option = next((each for each in told["actions"] if each["code"] == action and each["moves_to"]), None)
        facts = None
        if option and option["signs"]:
            path = f"{APPLICATIONS}/applications/{told['id']}/outputs/{option['signs']}"
            facts = (await self._api.call(request, "GET", path)).content()
        return self._pages.render(
            request,
            "officer/decide.html",
            status=status if option else 409,
            told=told,
            task=task,
            option=option,
            facts=facts,
            written=written,
            errors=list(errors),
            wrong=dict(errors),
            notice=notice,
            key=str(uuid.uuid4()),
        )

    async def decide(self, request: Request, who: Who, task: UUID, action: str, form: FormData) -> Response:
        written = written_in(form)
        before = (await self._api.call(request, "GET", f"{APPLICATIONS}/tasks/{task}")).content()
        if empty := [target for target, note in written.items.items() if not note.strip()]:
            missing = self._pages.text(request, "decide_note_missing")
            errors = tuple((f"{_NOTE}{target}", missing) for target in empty)
            return await self._page.render(request, who, UUID(before["id"]), status=422, written=written, errors=errors)
        answer = await self._act(request, before, action, form, written)
        if answer.ok:
            return self._done(before, answer.body, task)
        return await self._refused(request, who, task, action, before, written, answer, form)

    async def _act(
        self, request: Request, before: Mapping[str, Any], action: str, form: FormData, written: Written
    ) -> Answer:
        body = {
            "action": action,
            "reason": written.reason,
            "comment": written.comment,
            "items": [{"target": target, "note": note} for target, note in written.items.items()],
        }
        path = f"{APPLICATIONS}/applications/{before['id']}:act"
        version, key = str(form.get("version", "")), str(form.get("key", "")) or str(uuid.uuid4())
        return await self._api.call(request, "POST", path, json=body, etag=f'"{version}"', key=key)

    def _done(self, before: Mapping[str, Any], after: Mapping[str, Any], task: UUID) -> Response:
        """Where the officer goes on: to the signing that has begun, or to the desk and its next file."""
        if after["waiting_for"] and after["waiting_for"]["kind"] == "agency" and after["status"] == "APPROVED":
            return redirect(f"/office/tasks/{task}/signing?state={before['state']}")
        return redirect(address({}, told="decided", number=after["number"]))

    async def _refused(
        self, request: Request, who: Who, task: UUID, action: str, before: Mapping[str, Any], written: Written,
        answer: Answer, form: FormData,
    ) -> Response:  # fmt: skip
        problem = answer.problem
        if answer.status == 404:
            raise NotFound(problem.code, TEXTS["error_404"])
        errors = tuple((field_of(pointer, written), sentence) for pointer, _, sentence in problem.errors)
        if form.get("own_page"):
            notice = "" if errors else problem.detail
            return await self.ask(request, task, action, written, status=answer.status, errors=errors, notice=notice)
        version = str(form.get("version", ""))
        happened = None
        if answer.status in (403, 409, 412):
            happened = Happened(problem.detail, int(version) if version.isdigit() else before["version"])
        elif not errors:
            errors = (("", problem.detail),)
        return await self._page.render(
            request, who, UUID(before["id"]), status=answer.status, written=written, errors=errors, happened=happened
        )
