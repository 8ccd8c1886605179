"""Help, what this project is, and how it can be used by everybody."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import CATALOG
from mpp_portal.rest_api.pages import Pages


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    @routes.get("/help")
    async def help_(request: Request) -> Response:
        return pages.render(request, "public/help.html")

    @routes.get("/about")
    async def about(request: Request) -> Response:
        agencies = (await api.call_public(request, "GET", f"{CATALOG}/agencies")).content()["items"]
        simulated = [agency for agency in agencies if agency["simulated"]]
        return pages.render(request, "public/about.html", simulated=simulated)

    @routes.get("/accessibility")
    async def accessibility(request: Request) -> Response:
        return pages.render(request, "public/accessibility.html")
