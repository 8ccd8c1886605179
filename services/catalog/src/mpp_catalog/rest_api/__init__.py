"""The public API of the catalogue: everyone may read it."""

from fastapi import APIRouter

from mpp_catalog.rest_api import offerings, reference, search
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.search_offerings import SearchOfferings
from mpp_catalog.use_cases.unmet_demand import UnmetDemand

__all__ = ["router"]


def router(browse: Browse, current: CurrentOfferings, finding: SearchOfferings, demand: UnmetDemand) -> APIRouter:
    """All routes, under /api/catalog/v1."""
    routes = APIRouter(prefix="/api/catalog/v1")
    routes.include_router(reference.router(browse))
    routes.include_router(offerings.router(current))
    routes.include_router(search.router(finding, demand))
    return routes
