"""Every component with its states, live: what a developer of pages looks at first."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.rest_api.pages import Pages


def add(routes: APIRouter, pages: Pages) -> None:
    @routes.get("/design")
    async def components(request: Request) -> Response:
        return pages.render(request, "public/components.html")
