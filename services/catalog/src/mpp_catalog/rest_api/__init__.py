"""The public API of the catalogue: everyone may read it."""

from fastapi import APIRouter

from mpp_catalog.rest_api import fees, offerings, reference, schemas
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.search_offerings import SearchOfferings

__all__ = ["router"]


def router(browse: Browse, current: CurrentOfferings, search: SearchOfferings, definition_schema: bytes) -> APIRouter:
    """All routes, under /api/catalog/v1."""
    routes = APIRouter(prefix="/api/catalog/v1")
    routes.include_router(reference.router(browse))
    routes.include_router(offerings.router(current, search))
    routes.include_router(fees.router(current))
    routes.include_router(schemas.router(definition_schema))
    return routes
