"""One public service at one mall, and one agency."""

import asyncio
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_runtime.errors import NotFound

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import CATALOG
from mpp_portal.rest_api.pages import Pages

_MOST = "100"


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    async def linked_data(request: Request, service: str) -> Any:
        """The public service for machines that read the page: its definition in CPSV-AP."""
        path = f"{CATALOG}/services/{quote(service, safe='')}/cpsv-ap.jsonld"
        try:
            return (await api.call_public(request, "GET", path)).content()
        except NotFound:
            return None  # a region may still offer what the nation does no longer

    @routes.get("/malls/{mall}/services/{service}")
    async def offering(request: Request, mall: str, service: str) -> Response:
        path = f"{CATALOG}/offerings/{quote(mall, safe='')}/{quote(service, safe='')}"
        answer, linked = await asyncio.gather(api.call_public(request, "GET", path), linked_data(request, service))
        told = answer.content()
        compared: Any = None
        if told["override"]:
            compared = (await api.call_public(request, "GET", path, params={"compare": "baseline"})).content()
        return pages.render(
            request,
            "public/offering.html",
            offering=told,
            definition=told["definition"],
            compared=compared,
            exports=f"{CATALOG}/services/{quote(service, safe='')}",
            linked=linked,
        )

    @routes.get("/agencies/{code}")
    async def agency(request: Request, code: str) -> Response:
        told = (await api.call_public(request, "GET", f"{CATALOG}/agencies/{quote(code, safe='')}")).content()
        params = {"agency": code, "limit": _MOST}
        found = (await api.call_public(request, "GET", f"{CATALOG}/offerings", params=params)).content()["items"]
        # The same public service at many malls is one line here.
        services = {card["service"]: card for card in found}
        return pages.render(request, "public/agency.html", agency=told, services=list(services.values()))
