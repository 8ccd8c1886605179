"""The inbox of an officer's desks: what is to do, who has it, the next file."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.domain import Who
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.officer.colleagues import Colleagues
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import OfficerOnly

APPLICATIONS = "/api/applications/v1"
PER_PAGE = "40"
# What the address may ask for, and how long it may be.
FILTERS = {"claimed": 10, "due": 10, "desk": 250, "state": 80, "service": 80}
_TOLD = ("claimed", "released", "decided", "none")
_NUMBER = re.compile(r"[0-9A-Z.-]{1,64}")


def add(routes: APIRouter, pages: Pages, api: Api, colleagues: Colleagues) -> None:
    desk = Desk(pages, api, colleagues)

    @routes.get("/office")
    async def inbox(request: Request, who: OfficerOnly) -> Response:
        return await desk.page(request, who)

    @routes.post("/office/next")
    async def next_file(request: Request, who: OfficerOnly) -> Response:
        form = await pages.posted(request)
        path = f"{APPLICATIONS}/tasks:claim-next"
        answer = await api.call(request, "POST", path, params=chosen(request), key=str(form.get("key", "")))
        if answer.status == 404:
            return redirect(address(chosen(request), told="none"))
        taken = answer.content()
        # A file that only waits for a signature is opened where it is signed; the file itself is one step away.
        signs = next((action["code"] for action in taken["actions"] if action["signs"]), "")
        if signs:
            return redirect(f"/office/tasks/{taken['task']['id']}/decide/{signs}")
        return redirect(f"/office/applications/{taken['id']}")

    @routes.post("/office/tasks/{task}/claim")
    async def claim(request: Request, who: OfficerOnly, task: UUID) -> Response:
        return await _turn(request, who, task, "claim")

    @routes.post("/office/tasks/{task}/release")
    async def release(request: Request, who: OfficerOnly, task: UUID) -> Response:
        return await _turn(request, who, task, "release")

    async def _turn(request: Request, who: Who, task: UUID, verb: str) -> Response:
        """Claims or releases; from a file's own page it leads back there."""
        form = await pages.posted(request)
        answer = await api.call(request, "POST", f"{APPLICATIONS}/tasks/{task}:{verb}")
        if answer.status == 409:
            # A colleague was faster, or it moved on: said calmly, over the list as it is now.
            return await desk.page(request, who, status=409, notice=answer.problem.detail)
        told = answer.content()
        if verb == "claim" and form.get("open"):
            return redirect(f"/office/applications/{told['id']}")
        done = {"claim": "claimed", "release": "released"}[verb]
        return redirect(address(chosen(request), told=done, number=told["number"]))

    @routes.get("/office/search")
    async def search(request: Request, who: OfficerOnly, number: str = "") -> Response:
        number = number.strip()[:64]
        if number:
            answer = await api.call(request, "GET", f"{APPLICATIONS}/applications", params={"number": number})
            for found in answer.content()["items"]:
                return redirect(f"/office/applications/{found['id']}")
        error = pages.text(request, "desk_search_none" if number else "desk_search_empty")
        return await desk.page(request, who, status=404 if number else 422, number=number, number_error=error)


def chosen(request: Request) -> dict[str, str]:
    """The filters an address names, bounded; the API judges their values."""
    asked = request.query_params
    return {name: asked[name][:longest] for name, longest in FILTERS.items() if asked.get(name)}


def address(filters: Mapping[str, str], **more: str) -> str:
    """The inbox with these filters."""
    query = urlencode({**filters, **more})
    return f"/office?{query}" if query else "/office"


class Desk:
    """Puts the inbox together."""

    def __init__(self, pages: Pages, api: Api, colleagues: Colleagues) -> None:
        self._pages = pages
        self._api = api
        self._colleagues = colleagues

    async def page(
        self,
        request: Request,
        who: Who,
        *,
        status: int = 200,
        notice: str = "",
        number: str = "",
        number_error: str = "",
    ) -> Response:
        """The inbox; `notice` says what did not go as wished, the address' `told` what did."""
        filters = chosen(request)
        cursor = request.query_params.get("cursor", "")[:300]
        params = {**filters, "limit": PER_PAGE, **({"cursor": cursor} if cursor else {})}
        listed = await self._api.call(request, "GET", f"{APPLICATIONS}/tasks", params=params)
        if listed.status == 422:
            # A filter or a cursor that is none: the whole list then.
            return redirect("/office")
        tasks = listed.content()
        counts = (await self._api.call(request, "GET", f"{APPLICATIONS}/tasks/counts")).content()["items"]
        names = await self._colleagues.names(request, (line["claimed_by"] for line in tasks["items"]))
        told, about = request.query_params.get("told", ""), request.query_params.get("number", "")
        more = tasks["next_cursor"]
        return self._pages.render(
            request,
            "officer/desk.html",
            status=status,
            lines=tasks["items"],
            more=address(filters, cursor=more) if more else "",
            names=names,
            totals=totals(counts),
            groups=groups(counts),
            filters=filters,
            query=f"?{urlencode(filters)}" if filters else "",
            here=address(filters, **({"cursor": cursor} if cursor else {})),
            first_page=not cursor,
            told=told if told in _TOLD else "",
            about=about if _NUMBER.fullmatch(about) else "",
            notice=notice,
            number=number,
            number_error=number_error,
            key=str(uuid.uuid4()),
        )


def totals(counts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Over all desks."""
    return {name: sum(each[name] for each in counts) for name in ("open", "free", "mine", "late", "soon")}


def groups(counts: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, Any, int]]]:
    """What can be chosen of: desks, steps, public services, each (value, label, open tasks)."""
    found: dict[str, dict[str, tuple[Any, int]]] = {"desk": {}, "state": {}, "service": {}}
    labels = {"desk": "desk_label", "state": "state_label", "service": "service_name"}
    for each in counts:
        for kind, label in labels.items():
            before = found[kind].get(each[kind], (each[label], 0))
            found[kind][each[kind]] = (each[label], before[1] + each["open"])
    return {kind: [(value, *told) for value, told in options.items()] for kind, options in found.items()}
