"""What malls offer: search, one offering as prepared bytes, and what it changes in the national definition."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from mpp_runtime.errors import Invalid, Text
from mpp_runtime.rest import decode_cursor, encode_cursor

from mpp_catalog.rest_api.models import CardModel, ComparisonModel, OfferingPage
from mpp_catalog.rest_api.reference import CACHE, Anyone, Cursor, Limit, Words
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.search_offerings import SearchOfferings

Position = tuple[int, str, str]
_CACHE = {"Cache-Control": CACHE}
_LARGEST_RANK = 2**53


def router(current: CurrentOfferings, search: SearchOfferings) -> APIRouter:
    """Routes that anyone may read."""
    routes = APIRouter(tags=["offerings"])

    @routes.get("/offerings")
    async def list_offerings(
        response: Response,
        caller: Anyone,
        mall: Annotated[str | None, Query(max_length=8, description="Mall code")] = None,
        q: Words = None,
        agency: Annotated[str | None, Query(max_length=60, description="Agency that takes part")] = None,
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> OfferingPage:
        """What malls offer now. `q` is searched in names, keywords and descriptions; misspelt words are corrected."""
        response.headers["Cache-Control"] = "public, max-age=10"
        after, partial = _after(cursor)
        found = await search.find(mall, q or "", agency, limit, after, partial)
        page = found.hits[:limit]
        more = None
        if len(found.hits) > limit:
            more = encode_cursor({"after": page[-1].position, "partial": found.partial})
        return OfferingPage(
            items=[CardModel.model_validate(hit.card) for hit in page],
            next_cursor=more,
            corrected=found.corrected,
            partial=found.partial,
        )

    @routes.get(
        "/offerings/{mall}/{service}",
        response_model=None,
        responses={
            200: {
                "description": "The resolved offering (docs/service-definition.md), or with `compare` what it changes",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            304: {"description": "Not changed since the ETag of If-None-Match"},
        },
    )
    async def get_offering(
        mall: str,
        service: str,
        caller: Anyone,
        compare: Annotated[Literal["baseline"] | None, Query(description="Show the differences instead")] = None,
    ) -> Response:
        """One resolved offering as canonical JSON; its ETag is the digest an application is pinned to."""
        if compare is not None:
            told = ComparisonModel.of(await current.compare(mall, service))
            return Response(told.model_dump_json(), media_type="application/json", headers=_CACHE)
        offering = await current.in_force(mall, service)
        headers = {"ETag": f'"{offering.digest}"', **_CACHE}
        return Response(offering.body, media_type="application/json", headers=headers)

    return routes


def _after(cursor: str | None) -> tuple[Position | None, bool]:
    if cursor is None:
        return None, False
    match decode_cursor(cursor):
        case {"after": [int(rank), str(service), str(mall)], "partial": bool(partial)} if 0 <= rank < _LARGEST_RANK:
            return (rank, service, mall), partial
    raise Invalid("invalid-cursor", Text("Kursor tidak sah.", "The cursor is not valid."))
