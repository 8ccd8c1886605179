"""The pages, by audience. Rendered here from what the public API tells; scripts only make them quicker."""

from fastapi import APIRouter, FastAPI
from mpp_runtime.errors import Refusal
from mpp_runtime.rest import allow
from starlette.exceptions import HTTPException

from mpp_portal.rest_api import assets, citizen, officer, public, signing_in
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import Malls
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.public.contracts import Contracts
from mpp_portal.rest_api.routing import PageRoute

__all__ = ["add_pages"]


def add_pages(app: FastAPI, pages: Pages, api: Api, contracts: Contracts) -> None:
    """Adds every page, and pages instead of problem documents for people who lost their way."""
    app.state.pages = pages
    # Who may see what is for the API to judge, call by call; a page only asks for a sign-in first where one is needed.
    routes = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[allow("anonymous")])
    malls = Malls(api)
    public.add(routes, pages, api, malls, contracts)
    citizen.add(routes, pages, api)
    officer.add(routes, pages, api, malls)
    signing_in.add(routes, pages)
    assets.add(routes)
    app.include_router(routes)
    app.add_exception_handler(Refusal, pages.on_refusal)
    app.add_exception_handler(HTTPException, pages.on_http)
