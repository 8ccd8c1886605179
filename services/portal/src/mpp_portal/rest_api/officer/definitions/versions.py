"""The versions of a public service, and the end of one: asked for by one operator, approved by another."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.domain import Who
from mpp_portal.rest_api.officer.definitions.drafts import Drafts, place
from mpp_portal.rest_api.officer.definitions.listing import HERE
from mpp_portal.rest_api.officer.definitions.overview import named
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import OperatorOnly

_WRITTEN = ("effective_to", "reason", "legal_title", "legal_source")
_TOLD = ("retirement", "retired")


def add(routes: APIRouter, pages: Pages, drafts: Drafts) -> None:
    @routes.get(f"{HERE}/{{service}}/versions")
    async def versions(request: Request, who: OperatorOnly, service: str) -> Response:
        return await _page(request, pages, drafts, who, service)

    @routes.get(f"{HERE}/{{service}}/versions/{{version}}/retirement")
    async def asked(request: Request, who: OperatorOnly, service: str, version: str) -> Response:
        return await _form(request, pages, drafts, service, version, dict.fromkeys(_WRITTEN, ""))

    @routes.post(f"{HERE}/{{service}}/versions/{{version}}/retirement")
    async def retire(request: Request, who: OperatorOnly, service: str, version: str) -> Response:
        form = await pages.posted(request)
        written = {name: str(form.get(name, "")).strip()[:2000] for name in _WRITTEN}
        legal = {"title": written["legal_title"], "source": written["legal_source"]}
        body = {
            "effective_to": written["effective_to"],
            "reason": written["reason"],
            "legal_reference": {name: each for name, each in legal.items() if each or name == "title"},
        }
        path = place(service, "versions", version, "retirement")
        answer = await drafts.send(request, "POST", path, json=body)
        if answer.ok:
            return redirect(f"{HERE}/{service}/versions?told=retirement")
        if answer.status == 404:
            answer.content()
        errors = [(_field(pointer), sentence) for pointer, _, sentence in answer.problem.errors]
        errors = errors or [("", answer.problem.detail)]
        return await _form(request, pages, drafts, service, version, written, errors, answer.status)

    @routes.post(f"{HERE}/{{service}}/versions/{{version}}/retirement/approval")
    async def approve(request: Request, who: OperatorOnly, service: str, version: str) -> Response:
        await pages.posted(request)  # from our own page
        path = place(service, "versions", version, "retirement", "approval")
        answer = await drafts.send(request, "POST", path, json={})
        if answer.ok:
            return redirect(f"{HERE}/{service}/versions?told=retired")
        if answer.status in (409, 422):
            return await _page(request, pages, drafts, who, service, answer.problem.detail, answer.status)
        answer.content()
        raise AssertionError("content() raises for what is no success")


def _field(pointer: str) -> str:
    if pointer.startswith("/legal_reference"):
        return "legal_source" if pointer.endswith("/source") else "legal_title"
    name = pointer.strip("/")
    return name if name in _WRITTEN else ""


async def _page(
    request: Request, pages: Pages, drafts: Drafts, who: Who, service: str, problem: str = "", status: int = 200
) -> Response:
    told = await drafts.get(request, place(service, "versions"))
    asked = request.query_params.get("told", "")
    living = [each["version"] for each in told["items"] if each["state"] != "retired" and not each["retirement"]]
    requests = {version: await _asked(request, drafts, service, version) for version in living}
    return pages.render(
        request,
        "officer/definitions/versions.html",
        status=status,
        service=service,
        name=await drafts.name(request, service, told["items"]),
        requests={version: found for version, found in requests.items() if found},
        versions=told["items"],
        problem=problem,
        told=asked if asked in _TOLD and not problem else "",
    )


async def _asked(request: Request, drafts: Drafts, service: str, version: str) -> Any:
    """The end of a version that was asked for and is not approved; None for none."""
    answer = await drafts.send(request, "GET", place(service, "versions", version, "retirement"))
    if answer.status == 404:
        return None
    found = answer.content()
    return None if found["approved_by"] else found


async def _form(
    request: Request, pages: Pages, drafts: Drafts, service: str, version: str, written: Mapping[str, Any],
    errors: Sequence[tuple[str, str]] = (), status: int = 200,
) -> Response:  # fmt: skip
    known = [each["version"] for each in (await drafts.get(request, place(service, "versions")))["items"]]
    return pages.render(
        request,
        "officer/definitions/retirement.html",
        status=status if version in known else 404,
        service=service,
        version=version,
        written=written,
        errors=named(pages, request, errors),
        wrong=dict(errors),
    )
