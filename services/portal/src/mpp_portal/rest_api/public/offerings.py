"""One public service at one mall, and one agency."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import CATALOG
from mpp_portal.rest_api.pages import Pages

_MOST = "100"


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    @routes.get("/malls/{mall}/services/{service}")
    async def offering(request: Request, mall: str, service: str) -> Response:
        path = f"{CATALOG}/offerings/{quote(mall, safe='')}/{quote(service, safe='')}"
        told = (await api.call_public(request, "GET", path)).content()
        compared: Any = None
        if told["override"]:
            compared = (await api.call_public(request, "GET", path, params={"compare": "baseline"})).content()
        return pages.render(
            request,
            "public/offering.html",
            offering=told,
            definition=told["definition"],
            compared=compared,
        )

    @routes.get("/agencies/{code}")
    async def agency(request: Request, code: str) -> Response:
        told = (await api.call_public(request, "GET", f"{CATALOG}/agencies/{quote(code, safe='')}")).content()
        params = {"agency": code, "limit": _MOST}
        found = (await api.call_public(request, "GET", f"{CATALOG}/offerings", params=params)).content()["items"]
        # The same public service at many malls is one line here.
        services = {card["service"]: card for card in found}
        return pages.render(request, "public/agency.html", agency=told, services=list(services.values()))
