"""Drafts of definitions, for national operators: writing, proposing, and a second person's approval."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse
from mpp_runtime.errors import NotAllowed, Text
from mpp_runtime.rest import Fingerprint, IfMatch, allow, body_limit, checked_key, cursor_id, encode_cursor, etag
from mpp_runtime.tokens import Caller

from mpp_catalog.domain.as_yaml import as_yaml
from mpp_catalog.rest_api.editing_models import (
    ApprovalIn,
    CommentIn,
    DocumentIn,
    DraftModel,
    DraftPage,
    DraftSummary,
    GroundIn,
    NewDraftIn,
    State,
    VersionDifferences,
)
from mpp_catalog.rest_api.reference import Cursor, Limit
from mpp_catalog.use_cases.drafting import Drafting, Judged, RevisionCheck, Start
from mpp_catalog.use_cases.editing_ports import Once
from mpp_catalog.use_cases.reviewing import Reviewing
from mpp_catalog.use_cases.who import Who

NO_STORE = {"Cache-Control": "no-store"}
# Ten times the largest shipped definition.
_LARGEST = 256 * 1024
_YAML = "text/yaml; charset=utf-8"
MayMatch = Annotated[str | None, Header(alias="If-Match", description="ETag of the version that was seen")]
_ONCE = Header(alias="Idempotency-Key", max_length=255, description="Any unique text: a repeat makes no second draft")


async def national(caller: Annotated[Caller, allow("officer", roles=["operator"])]) -> Caller:
    """An operator of the whole nation: a region's operator may not change what is every region's."""
    if not any(role.role == "operator" and role.region is None for role in caller.roles):
        told = Text("Hanya operator nasional yang boleh di sini.", "Only national operators may do this.")
        raise NotAllowed("national-operators-only", told)
    return caller


National = Annotated[Caller, Depends(national)]


def router(drafting: Drafting, reviewing: Reviewing, who: Who, schema: dict[str, Any]) -> APIRouter:
    """Routes for national operators; no cache keeps an answer."""
    routes = APIRouter(tags=["editing"])

    @routes.get("/drafts")
    async def list_drafts(
        response: Response,
        caller: National,
        state: State | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> DraftPage:
        """Drafts, the newest first."""
        response.headers.update(NO_STORE)
        found = await drafting.listed(state, cursor_id(cursor), limit + 1)
        page = found[:limit]
        more = encode_cursor({"id": str(page[-1].id)}) if len(found) > limit else None
        return DraftPage(items=[DraftSummary.of(draft) for draft in page], next_cursor=more)

    @routes.post("/drafts", status_code=201, response_model=DraftModel)
    async def open_draft(
        body: NewDraftIn,
        caller: National,
        fingerprint: Fingerprint,
        key: Annotated[str | None, _ONCE] = None,
    ) -> Response:
        """A new draft: from a published version, as a copy of another public service, or from a skeleton."""
        by = await who.operator(caller.id)
        judged = await drafting.open(Start(**body.model_dump()), by, _once(caller, key, fingerprint))
        answer = _told(judged, 201)
        answer.headers["Location"] = f"/api/catalog/v1/drafts/{judged.draft.id}"
        return answer

    @routes.get("/drafts/{id}", response_model=DraftModel)
    async def get_draft(id: UUID, caller: National) -> Response:
        """A draft with what is wrong with it now; its ETag is its revision."""
        return _told(await drafting.judged(id))

    @routes.put("/drafts/{id}", response_model=DraftModel)
    @body_limit(_LARGEST)
    async def put_draft(id: UUID, body: DocumentIn, caller: National, if_match: IfMatch) -> Response:
        """Keeps the document as it is, finished or not, and says what is wrong with it."""
        by = await who.operator(caller.id)
        return _told(await drafting.edit(id, body.document, RevisionCheck(if_match), by))

    @routes.delete("/drafts/{id}", status_code=204)
    async def discard_draft(id: UUID, caller: National, if_match: MayMatch = None) -> Response:
        """Ends it; what was written stays in its history."""
        await drafting.discard(id, RevisionCheck(if_match), await who.operator(caller.id))
        return Response(status_code=204, headers=NO_STORE)

    @routes.get(
        "/drafts/{id}/yaml",
        response_class=Response,
        responses={200: {"description": "As a file of definitions/", "content": {"text/yaml": {}}}},
    )
    async def get_draft_yaml(id: UUID, caller: National) -> Response:
        """The draft as the YAML file it makes."""
        draft = await drafting.get(id)
        headers = NO_STORE | {"ETag": etag(draft.revision)}
        return Response(as_yaml(draft.document, schema), media_type=_YAML, headers=headers)

    @routes.get("/drafts/{id}/differences")
    async def get_draft_differences(id: UUID, response: Response, caller: National) -> VersionDifferences:
        """What the draft changes in the version it began from."""
        response.headers.update(NO_STORE)
        return VersionDifferences.of_draft(*await drafting.differences(id))

    @routes.get(
        "/drafts/{id}/preview",
        response_model=None,
        responses={
            200: {"description": "An offering", "content": {"application/json": {"schema": {"type": "object"}}}}
        },
    )
    async def preview_draft(id: UUID, mall: str, caller: National) -> Response:
        """The draft as a mall would offer it, in the shape of `/offerings/{mall}/{service}`; stored nowhere."""
        return Response(await drafting.preview(id, mall), media_type="application/json", headers=NO_STORE)

    @routes.post("/drafts/{id}/proposal", response_model=DraftModel)
    async def propose_draft(id: UUID, body: GroundIn, caller: National, if_match: MayMatch = None) -> Response:
        """Asks a second person to publish it: why, and on which legal ground."""
        by = await who.operator(caller.id)
        return _told(await reviewing.propose(id, body.ground(), RevisionCheck(if_match), by))

    @routes.post("/drafts/{id}/approval", response_model=DraftModel)
    async def approve_draft(
        id: UUID, caller: National, body: ApprovalIn | None = None, if_match: MayMatch = None
    ) -> Response:
        """Publishes exactly what was proposed. Not by its proposer, nor by anyone who edited it."""
        by, comment = await who.operator(caller.id), body.comment if body else None
        return _told(Judged(await reviewing.approve(id, comment, RevisionCheck(if_match), by), []))

    @routes.post("/drafts/{id}/return", response_model=DraftModel)
    async def return_draft(id: UUID, body: CommentIn, caller: National, if_match: MayMatch = None) -> Response:
        """Hands a proposal back to be edited."""
        by = await who.operator(caller.id)
        return _told(await reviewing.give_back(id, body.comment, RevisionCheck(if_match), by))

    return routes


def _told(judged: Judged, status: int = 200) -> Response:
    headers = NO_STORE | {"ETag": etag(judged.draft.revision)}
    return JSONResponse(DraftModel.of(judged).model_dump(mode="json"), status, headers)


def _once(caller: Caller, key: str | None, fingerprint: bytes) -> Once | None:
    if key is None:
        return None
    return Once(caller.id, checked_key(key), fingerprint)
