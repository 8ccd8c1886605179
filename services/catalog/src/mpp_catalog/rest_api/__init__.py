"""The public API of the catalogue: everyone may read it, national operators edit it."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from mpp_catalog.rest_api import drafts, exports, fees, offerings, reference, references, schemas, search, versions
from mpp_catalog.rest_api.prepared import PREFIX
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.drafting import Drafting
from mpp_catalog.use_cases.judging import Judge
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.reviewing import Reviewing
from mpp_catalog.use_cases.search_offerings import SearchOfferings
from mpp_catalog.use_cases.unmet_demand import UnmetDemand
from mpp_catalog.use_cases.versions import Versions
from mpp_catalog.use_cases.who import Who

__all__ = ["Editing", "router"]


@dataclass(frozen=True)
class Editing:
    """What national operators do; `schema` is the one of definitions, for the order in their YAML."""

    drafting: Drafting
    reviewing: Reviewing
    versions: Versions
    who: Who
    judge: Judge
    schema: dict[str, Any]


def router(
    browse: Browse,
    current: CurrentOfferings,
    finding: SearchOfferings,
    demand: UnmetDemand,
    editing: Editing,
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
    routes.include_router(drafts.router(editing.drafting, editing.reviewing, editing.who, editing.schema))
    routes.include_router(references.router(editing.judge))
    routes.include_router(versions.router(editing.versions, editing.who, editing.schema))
    return routes
