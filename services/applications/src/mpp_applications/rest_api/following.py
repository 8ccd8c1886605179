"""Timeline, documents, and tracking without an account."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from mpp_runtime.rest import allow
from mpp_runtime.tokens import Caller

from mpp_applications.rest_api import PREFIX, presenting, wire
from mpp_applications.rest_api.applications import Reader, response
from mpp_applications.rest_api.callers import actor_of
from mpp_applications.use_cases.reading import Reading

Anyone = Annotated[Caller, allow("anonymous")]


def download(chunks: AsyncIterator[bytes], media_type: str, file_name: str, digest: str) -> StreamingResponse:
    """A file of somebody: saved, never shown inside the page's origin."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in file_name)
    plain = plain.replace('"', "_").replace("\\", "_")
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
        "ETag": f'"{digest}"',
    }
    return StreamingResponse(chunks, media_type=media_type, headers=headers)


def router(reading: Reading) -> APIRouter:
    routes = APIRouter(prefix=PREFIX, tags=["following"])

    @routes.get(
        "/applications/{application_id}/timeline",
        response_model=wire.TimelineOut,
        summary="Who has it, since when, until when; every step",
    )
    async def timeline(application_id: UUID, caller: Reader) -> Response:
        followed = await reading.timeline(actor_of(caller), application_id)
        return response(presenting.answer(200, presenting.timeline(followed)))

    @routes.get("/applications/{application_id}/documents", summary="Issued documents")
    async def documents(application_id: UUID, caller: Reader) -> wire.DocumentsOut:
        found = await reading.documents(actor_of(caller), application_id)
        return wire.DocumentsOut(items=[presenting.document(each) for each in found])

    @routes.get(
        "/applications/{application_id}/documents/{document_id}/file",
        summary="The signed PDF",
        response_class=StreamingResponse,
        responses={200: {"content": {"application/pdf": {}}}},
    )
    async def document_file(application_id: UUID, document_id: UUID, caller: Reader) -> StreamingResponse:
        document, chunks = await reading.document_file(actor_of(caller), application_id, document_id)
        name = f"{document.number.replace('/', '-')}.pdf"
        return download(chunks, document.media_type, name, document.sha256)

    @routes.get(
        "/track/{number}",
        response_model=wire.TimelineOut,
        summary="Where an application stands, by number and tracking code",
    )
    async def track(
        number: str, caller: Anyone, secret: Annotated[str, Query(min_length=1, max_length=64)]
    ) -> Response:
        followed = await reading.track(number, secret)
        told = presenting.answer(200, presenting.timeline(followed), headers={"Referrer-Policy": "no-referrer"})
        return response(told)

    return routes
