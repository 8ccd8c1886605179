"""The published shape of definition files: the very file that they are checked with."""

from fastapi import APIRouter, Response

from mpp_catalog.rest_api.reference import Anyone

_CACHE = {"Cache-Control": "public, max-age=3600, stale-while-revalidate=86400"}
_MEDIA = "application/schema+json"


def router(definition_schema: bytes) -> APIRouter:
    """Routes that anyone may read; the ETag and 304 are those of every prepared answer."""
    routes = APIRouter(tags=["reference"])

    @routes.get(
        "/schemas/service-definition.json",
        response_model=None,
        responses={
            200: {
                "description": "JSON Schema 2020-12 of a service definition (docs/service-definition.md)",
                "content": {_MEDIA: {"schema": {"type": "object"}}},
            },
            304: {"description": "Not changed since the ETag of If-None-Match"},
        },
    )
    async def get_definition_schema(caller: Anyone) -> Response:
        """The JSON Schema of a service definition, for editors and validators."""
        return Response(definition_schema, media_type=_MEDIA, headers=_CACHE)

    return routes
