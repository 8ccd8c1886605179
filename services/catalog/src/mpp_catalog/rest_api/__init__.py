"""The public API of the catalogue: everyone may read it."""

from fastapi import APIRouter

from mpp_catalog.rest_api import exports, fees, offerings, reference, schemas, search
from mpp_catalog.rest_api.prepared import PREFIX
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.search_offerings import SearchOfferings
from mpp_catalog.use_cases.unmet_demand import UnmetDemand

__all__ = ["router"]


def router(
    browse: Browse,
    current: CurrentOfferings,
    finding: SearchOfferings,
    demand: UnmetDemand,
    public_url: str,
    definition_schema: bytes,
) -> APIRouter:
    """All routes, under PREFIX of the mall's `public_url`."""
    routes = APIRouter(prefix=PREFIX)
    # Before the routes by code: `services.csv` is none.
    routes.include_router(exports.router(browse, public_url))
    routes.include_router(reference.router(browse))
    routes.include_router(offerings.router(current))
    routes.include_router(search.router(finding, demand))
    routes.include_router(fees.router(current))
    routes.include_router(schemas.router(definition_schema))
    return routes
