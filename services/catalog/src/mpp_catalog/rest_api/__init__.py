"""The public API of the catalogue: everyone may read it."""

from fastapi import APIRouter

from mpp_catalog.rest_api import exports, offerings, reference
from mpp_catalog.rest_api.prepared import PREFIX
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.search_offerings import SearchOfferings

__all__ = ["router"]


def router(browse: Browse, current: CurrentOfferings, search: SearchOfferings, public_url: str) -> APIRouter:
    """All routes, under PREFIX of the mall's `public_url`."""
    routes = APIRouter(prefix=PREFIX)
    # Before the routes by code: `services.csv` is none.
    routes.include_router(exports.router(browse, public_url))
    routes.include_router(reference.router(browse))
    routes.include_router(offerings.router(current, search))
    return routes
