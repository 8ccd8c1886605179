"""What a decision would make, for the officer who is about to make it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from mpp_applications.rest_api import PREFIX, presenting, wire
from mpp_applications.rest_api.applications import Officer, response
from mpp_applications.rest_api.callers import actor_of
from mpp_applications.use_cases.previews import Previews

Output = Annotated[str, Path(max_length=80)]
_HEADERS = {
    "Cache-Control": "private, no-store",
    # Drawn by us from what a person wrote: shown as a picture, never run.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "Content-Disposition": 'inline; filename="preview.svg"',
}


def router(previews: Previews) -> APIRouter:
    routes = APIRouter(prefix=f"{PREFIX}/applications/{{application_id}}/outputs", tags=["inbox"])

    @routes.get(
        "/{output}",
        response_model=wire.DocumentFactsOut,
        summary="What the document will say of itself: number, validity, signer",
    )
    async def facts(application_id: UUID, output: Output, caller: Officer) -> Response:
        found = await previews.facts(actor_of(caller), application_id, output)
        return response(presenting.answer(200, presenting.document_facts(found)))

    @routes.get(
        "/{output}/preview",
        summary="The document as it will look, not signed; reading it is in the person's access log",
        response_class=Response,
        responses={200: {"content": {"image/svg+xml": {}}}},
    )
    async def picture(application_id: UUID, output: Output, caller: Officer) -> Response:
        svg = await previews.picture(actor_of(caller), application_id, output)
        return Response(svg, media_type="image/svg+xml", headers=_HEADERS)

    return routes
