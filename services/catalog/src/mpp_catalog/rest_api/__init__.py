"""The public API of the catalogue: everyone may read it."""

from fastapi import APIRouter

from mpp_catalog.rest_api import offerings, reference
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.search_offerings import SearchOfferings

__all__ = ["router"]


def router(browse: Browse, current: CurrentOfferings, search: SearchOfferings) -> APIRouter:
    """All routes, under /api/catalog/v1."""
    routes = APIRouter(prefix="/api/catalog/v1")
    routes.include_router(reference.router(browse))
    routes.include_router(offerings.router(current, search))
    return routes
