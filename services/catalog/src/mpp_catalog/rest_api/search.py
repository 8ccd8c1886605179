"""Finding what malls offer, suggestions while somebody types, and what nobody found."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from mpp_runtime.errors import Invalid, Text
from mpp_runtime.rest import allow, decode_cursor, encode_cursor
from mpp_runtime.tokens import Caller
from mpp_telemetry.metrics import Count

from mpp_catalog.rest_api.models import (
    CardModel,
    LifeEventModel,
    OfferingPage,
    SuggestionList,
    UnmetSearchList,
    UnmetSearchModel,
)
from mpp_catalog.rest_api.reference import CACHE, Anyone, Cursor, Limit, Words
from mpp_catalog.use_cases.search_offerings import Asked, SearchOfferings
from mpp_catalog.use_cases.unmet_demand import UnmetDemand

Position = tuple[int, str, str]
Operator = Annotated[Caller, allow("officer", roles=["operator"])]
Mall = Annotated[str | None, Query(max_length=8, description="Mall code")]
Near = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{2}([.][0-9]{2}){0,2}$",
        description="Code of a region or mall, without `mall`: of what fits equally well, first what its own mall "
        "offers, then malls of its regency, of its province, and the others",
    ),
]
_FOUND = "public, max-age=10, stale-while-revalidate=60"
# Each search without a result is counted: no cache may answer the next one.
_NOTHING_FOUND = "no-store"
_LARGEST_RANK = 2**53
_SEARCHES = Count("mpp.searches", "{search}", "Searches with words that were not answered from memory, by outcome.")


def router(search: SearchOfferings, demand: UnmetDemand) -> APIRouter:
    """Routes that anyone may read; what nobody found is for operators."""
    routes = APIRouter(tags=["offerings"])

    @routes.get("/offerings")
    async def list_offerings(
        response: Response,
        caller: Anyone,
        mall: Mall = None,
        q: Words = None,
        agency: Annotated[str | None, Query(max_length=60, description="Agency that takes part")] = None,
        each: Annotated[
            Literal["offering", "service"],
            Query(description="`service`: each public service once, at the first mall, with `near` the nearest"),
        ] = "offering",
        near: Near = None,
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> OfferingPage:
        """What malls offer now. `q` is searched in names, keywords and descriptions; misspelt words are corrected."""
        after, partial = _after(cursor)
        asked = Asked(mall, q or "", agency, once_a_service=each == "service", near=near)
        found = await search.find(asked, limit, after, partial)
        response.headers["Cache-Control"] = _FOUND if found.hits or not q else _NOTHING_FOUND
        if q and cursor is None:
            outcome = "none" if not found.hits else "partial" if found.partial else "found"
            _SEARCHES.add(1, {"outcome": outcome})
        page = found.hits[:limit]
        more = None
        if len(found.hits) > limit:
            more = encode_cursor({"after": page[-1].position, "partial": found.partial})
        return OfferingPage(
            items=[CardModel.model_validate(hit.card) for hit in page],
            next_cursor=more,
            corrected=found.corrected,
            partial=found.partial,
            life_event=LifeEventModel.of(found.happening) if found.happening else None,
        )

    @routes.get("/suggestions")
    async def list_suggestions(
        response: Response,
        caller: Anyone,
        q: Annotated[str, Query(max_length=100)],
        mall: Mall = None,
        near: Near = None,
    ) -> SuggestionList:
        """What somebody who is still typing may mean: from two letters on, the last word may be half a word."""
        response.headers["Cache-Control"] = CACHE
        return SuggestionList.of(await search.suggest(mall, q, near))

    @routes.get("/unmet-searches")
    async def list_unmet_searches(
        response: Response,
        caller: Operator,
        since: Annotated[date, Query(description="First day; ninety are kept")],
        limit: Limit = 100,
    ) -> UnmetSearchList:
        """What people searched and no mall offers. An operator of a region sees the malls of that region."""
        response.headers["Cache-Control"] = "no-store"
        regions = [role.region for role in caller.roles if role.role == "operator"]
        seen = None if None in regions else [region for region in regions if region is not None]
        return UnmetSearchList(
            items=[UnmetSearchModel.of(unmet) for unmet in await demand.most_wanted(seen, since, limit)]
        )

    return routes


def _after(cursor: str | None) -> tuple[Position | None, bool]:
    if cursor is None:
        return None, False
    match decode_cursor(cursor):
        case {"after": [int(rank), str(service), str(mall)], "partial": bool(partial)} if 0 <= rank < _LARGEST_RANK:
            return (rank, service, mall), partial
    raise Invalid("invalid-cursor", Text("Kursor tidak sah.", "The cursor is not valid."))
