"""The home page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.pages import Pages


def add(routes: APIRouter, pages: Pages) -> None:
    @routes.get("/")
    async def home(request: Request) -> Response:
        return pages.render(request, "public/home.html")
