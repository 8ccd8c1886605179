"""What there is to write: public services, their newest version, drafts and whose turn it is."""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.domain import Answer
from mpp_portal.rest_api.officer.definitions.drafts import Drafts
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import OperatorOnly

HERE = "/office/definitions"
_OPEN = ("proposed", "returned", "editing")
_DONE = ("published", "discarded")
_MOST = "100"


def add(routes: APIRouter, pages: Pages, drafts: Drafts) -> None:
    @routes.get(HERE)
    async def listed(request: Request, who: OperatorOnly) -> Response:
        return await _page(request, pages, drafts)

    @routes.post(HERE)
    async def begin(request: Request, who: OperatorOnly) -> Response:
        form = await pages.posted(request)
        written = {name: str(form.get(name, "")).strip()[:80] for name in ("service", "copy_of")}
        if not written["service"]:
            return await _page(request, pages, drafts, written, pages.text(request, "definitions_service_missing"))
        body = {name: value for name, value in written.items() if value}
        answer = await drafts.send(request, "POST", "/drafts", json=body, key=str(form.get("key", "")))
        if not answer.ok and answer.status in (404, 409, 422):
            return await _page(request, pages, drafts, written, _why(answer), answer.status)
        return redirect(f"{HERE}/drafts/{quote(answer.content()['id'])}")


def _why(answer: Answer) -> str:
    problem = answer.problem
    return " ".join(sentence for _, _, sentence in problem.errors) or problem.detail


async def _page(
    request: Request, pages: Pages, drafts: Drafts, written: Mapping[str, str] | None = None, error: str = "",
    status: int = 422,
) -> Response:  # fmt: skip
    services = (await drafts.get(request, "/services"))["items"]
    open_drafts: dict[str, list[Any]] = {}
    for state in _OPEN:
        found = await drafts.get(request, "/drafts", params={"state": state, "limit": _MOST})
        open_drafts[state] = found["items"]
    done = {
        state: (await drafts.get(request, "/drafts", params={"state": state, "limit": "20"}))["items"]
        for state in _DONE
    }
    return pages.render(
        request,
        "officer/definitions/listing.html",
        status=status if error else 200,
        services=services,
        names={service["code"]: service["name"] for service in services},
        open_drafts=open_drafts,
        done=done,
        written=written or {"service": "", "copy_of": ""},
        error=error,
        key=str(uuid.uuid4()),
    )
