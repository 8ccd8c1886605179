"""Papers of an application."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from mpp_runtime.errors import Invalid, Text
from mpp_runtime.rest import MIB, body_limit

from mpp_applications.rest_api import PREFIX, presenting, wire
from mpp_applications.rest_api.applications import Person, Reader, response
from mpp_applications.rest_api.callers import actor_of, once_of
from mpp_applications.rest_api.following import download
from mpp_applications.rest_api.multipart import FileForm
from mpp_applications.use_cases.papers import Papers
from mpp_applications.use_cases.ports import Answer, Clock
from mpp_applications.use_cases.views import Reply, View

# The definition's own limit of each paper is checked while the file comes in; this is the wall around all of them.
LARGEST_BODY = 25 * MIB

_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["requirement", "file"],
                "properties": {
                    "requirement": {"type": "string", "description": "Requirement code; before the file"},
                    "file": {"type": "string", "format": "binary"},
                },
            }
        }
    },
}


def router(papers: Papers, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix=f"{PREFIX}/applications/{{application_id}}/attachments", tags=["attachments"])

    def whole(status: int, person: str) -> Reply:
        def render(view: View) -> Answer:
            shown = presenting.application(view, clock(), person)
            return presenting.answer(status, shown, shown.version)

        return Reply(render)

    @routes.post(
        "",
        response_model=wire.ApplicationOut,
        status_code=201,
        summary="Attach a paper",
        openapi_extra={"requestBody": _BODY},
    )
    @body_limit(LARGEST_BODY)
    async def attach(
        application_id: UUID,
        request: Request,
        caller: Person,
        requirement: Annotated[str | None, Query(max_length=80)] = None,
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> Response:
        form = FileForm(request.headers.get("content-type", ""), request.stream())
        await form.open()
        code = requirement or form.fields.get("requirement", "")
        if not code:
            detail = Text("Sebutkan persyaratannya sebelum berkas.", "Name the requirement before the file.")
            raise Invalid("requirement-missing", detail)
        fingerprint = hashlib.sha256(f"POST {request.url.path} {code}\n".encode()).digest()
        reply = whole(201, caller.id)
        once = once_of(idempotency_key, fingerprint)
        answer = await papers.attach(
            caller.id, application_id, code, form.file_name or "file", form.chunks(), Reply(reply.render, once)
        )
        return response(answer)

    @routes.get(
        "/{file_id}",
        summary="Download a paper",
        response_class=StreamingResponse,
        responses={200: {"content": {"application/octet-stream": {}}}},
    )
    async def read(application_id: UUID, file_id: UUID, caller: Reader) -> StreamingResponse:
        paper, chunks = await papers.open(actor_of(caller), application_id, file_id)
        return download(chunks, paper.file.media_type, paper.file.file_name, paper.file.sha256)

    @routes.delete("/{file_id}", response_model=wire.ApplicationOut, summary="Take a paper away")
    async def remove(application_id: UUID, file_id: UUID, caller: Person) -> Response:
        answer = await papers.remove(caller.id, application_id, file_id, whole(200, caller.id))
        return response(answer)

    return routes
