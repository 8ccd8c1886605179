"""Two versions of a definition beside each other; a draft beside its base."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.editor.comparing import rows, yaml_difference
from mpp_portal.rest_api.officer.definitions.drafts import Drafts, place
from mpp_portal.rest_api.officer.definitions.listing import HERE
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.routing import OperatorOnly
from mpp_portal.rest_api.texts import TEXTS


def add(routes: APIRouter, pages: Pages, drafts: Drafts) -> None:
    @routes.get(f"{HERE}/drafts/{{draft}}/differences")
    async def of_draft(request: Request, who: OperatorOnly, draft: UUID) -> Response:
        told, _ = await drafts.draft(request, draft)
        base = told["base_version"]
        found = await drafts.get(request, f"/drafts/{draft}/differences")
        was = await drafts.yaml(request, f"{place(told['service'], 'versions', base)}.yaml") if base else ""
        now = await drafts.yaml(request, f"/drafts/{draft}/yaml")
        return _page(request, pages, told["service"], base or "", told["version"], found, was, now, draft=told)

    @routes.get(f"{HERE}/{{service}}/compare")
    async def of_versions(request: Request, who: OperatorOnly, service: str) -> Response:
        one, other = (request.query_params.get(side, "")[:20] for side in ("from", "to"))
        known = [each["version"] for each in (await drafts.get(request, place(service, "versions")))["items"]]
        if one not in known or other not in known:
            return pages.render(
                request, "officer/definitions/choose.html", status=422, service=service, versions=known, one=one,
                other=other,
            )  # fmt: skip
        found = await drafts.get(request, place(service, "versions", one, "differences", other))
        was, now = [
            await drafts.yaml(request, f"{place(service, 'versions', version)}.yaml") for version in (one, other)
        ]
        return _page(request, pages, service, one, other, found, was, now, draft=None)


def _page(
    request: Request, pages: Pages, service: str, one: str, other: str, found: Mapping[str, Any], was: str, now: str,
    draft: Mapping[str, Any] | None,
) -> Response:  # fmt: skip
    return pages.render(
        request,
        "officer/definitions/compare.html",
        service=service,
        one=one,
        other=other,
        rows=rows(found["differences"], TEXTS, lambda key: pages.text(request, key)),
        yaml=yaml_difference(was, now),
        draft=draft,
    )
