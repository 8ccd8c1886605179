"""What malls offer: one offering as prepared bytes, and what it changes in the national definition."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from mpp_catalog.rest_api.models import ComparisonModel
from mpp_catalog.rest_api.reference import CACHE, Anyone
from mpp_catalog.use_cases.offerings import CurrentOfferings

_HEADERS = {"Cache-Control": CACHE}


def router(current: CurrentOfferings) -> APIRouter:
    """Routes that anyone may read."""
    routes = APIRouter(tags=["offerings"])

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
            return Response(told.model_dump_json(), media_type="application/json", headers=_HEADERS)
        offering = await current.in_force(mall, service)
        headers = {"ETag": f'"{offering.digest}"', **_HEADERS}
        return Response(offering.body, media_type="application/json", headers=headers)

    return routes
