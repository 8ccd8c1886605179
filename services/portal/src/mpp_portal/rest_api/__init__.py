"""The pages: rendered here, without scripts, from what the public API tells anybody."""

from fastapi import APIRouter, FastAPI
from mpp_runtime.errors import Refusal
from mpp_runtime.rest import allow
from starlette.exceptions import HTTPException

from mpp_portal.rest_api import developers, following, home, static
from mpp_portal.rest_api.contracts import Contracts
from mpp_portal.rest_api.pages import PageRoute, Pages
from mpp_portal.rest_api.public_api import PublicApi

__all__ = ["add_pages"]


def add_pages(app: FastAPI, pages: Pages, api: PublicApi, contracts: Contracts) -> None:
    """Adds every page, and pages instead of problem documents for people who lost their way."""
    routes = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[allow("anonymous")])
    home.add(routes, pages)
    following.add(routes, pages, api)
    developers.add(routes, pages, api, contracts)
    static.add(routes)
    app.include_router(routes)
    app.add_exception_handler(Refusal, pages.on_refusal)
    app.add_exception_handler(HTTPException, pages.on_http)
