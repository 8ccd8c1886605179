"""How a public service changed: its versions, since when, by which legal reference, and what each one changed."""

import asyncio
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import CATALOG
from mpp_portal.rest_api.pages import Pages

# Of how many versions the page says what they changed; older ones are listed without it.
_COMPARED = 10


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    @routes.get("/services/{service}/versions")
    async def versions(request: Request, service: str) -> Response:
        path = f"{CATALOG}/services/{quote(service, safe='')}/versions"
        told = (await api.call_public(request, "GET", path)).content()
        found = list(told["items"])

        async def changes(version: Mapping[str, Any], before: Mapping[str, Any]) -> list[Any]:
            pair = f"{path}/{quote(before['version'], safe='')}/differences/{quote(version['version'], safe='')}"
            differences: list[Any] = (await api.call_public(request, "GET", pair)).content()["differences"]
            return differences

        newest = (await api.call_public(request, "GET", f"{path}/{found[0]['version']}")).content()
        pairs = list(pairwise(found))[:_COMPARED]
        changed = await asyncio.gather(*(changes(version, before) for version, before in pairs))
        return pages.render(
            request,
            "public/versions.html",
            service=service,
            name=newest["definition"]["name"],
            versions=found,
            changes=dict(enumerate(changed)),
        )
