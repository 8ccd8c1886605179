"""Own data: read, mend, see who looked, take along."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from mpp_runtime.rest import IfMatch, Language, allow, cursor_id, encode_cursor, etag, require_match
from mpp_runtime.tokens import Caller

from mpp_identity.domain.contacts import Contact
from mpp_identity.rest_api.models import (
    AccessEntryOutput,
    AccessLogPage,
    CodeInput,
    ConsentOutput,
    Consents,
    Me,
    OfficerMe,
    OfficerName,
    Officers,
    ProfileInput,
)
from mpp_identity.use_cases.profile import Profile

NO_STORE = {"Cache-Control": "no-store"}


def router(profile: Profile) -> APIRouter:
    routes = APIRouter(prefix="/api/identity/v1", tags=["me"])

    def address(request: Request) -> str:
        return request.client.host if request.client else ""

    @routes.get("/me")
    async def read(caller: Annotated[Caller, allow("person")], response: Response) -> Me:
        """Own particulars, NIK masked. The ETag is needed for PATCH."""
        account = await profile.read(caller.id)
        response.headers.update(NO_STORE | {"ETag": etag(account.version)})
        return Me.of(account)

    @routes.patch("/me")
    async def change(
        request: Request,
        body: ProfileInput,
        caller: Annotated[Caller, allow("person")],
        response: Response,
        if_match: IfMatch,
    ) -> Me:
        """Changes the language at once, a contact after its code (POST /me/contact:confirm). Names are the agency's."""
        account = await profile.read(caller.id)
        require_match(if_match, account.version)
        pending = None
        if body.email is not None:
            pending = await profile.change_contact(account, Contact.email(body.email), address(request))
        elif body.phone is not None:
            pending = await profile.change_contact(account, Contact.phone(body.phone), address(request))
        if body.language is not None:
            account = await profile.set_language(account, body.language)
        response.headers.update(NO_STORE | {"ETag": etag(account.version)})
        return Me.of(account, pending)

    @routes.post("/me/contact:confirm")
    async def confirm_contact(
        request: Request, body: CodeInput, caller: Annotated[Caller, allow("person")], response: Response
    ) -> Me:
        """Answers the code that went to the new contact."""
        account = await profile.confirm_contact(caller.id, body.code, address(request))
        response.headers.update(NO_STORE | {"ETag": etag(account.version)})
        return Me.of(account)

    @routes.get("/me/access-log")
    async def access_log(
        caller: Annotated[Caller, allow("person")],
        language: Language,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: str | None = None,
    ) -> AccessLogPage:
        """Who read which of your particulars, when, why and for which application; newest first."""
        account = await profile.read(caller.id)
        entries = await profile.access_log(account, limit + 1, cursor_id(cursor))
        page = entries[:limit]
        more = encode_cursor({"id": str(page[-1].entry.id)}) if len(entries) > limit else None
        response.headers.update(NO_STORE)
        return AccessLogPage(items=[AccessEntryOutput.of(seen, language) for seen in page], next_cursor=more)

    @routes.get("/me/consents")
    async def consents(caller: Annotated[Caller, allow("person")], language: Language, response: Response) -> Consents:
        """Which applications of others you allowed to read what."""
        account = await profile.read(caller.id)
        response.headers.update(NO_STORE)
        given = await profile.consents(account)
        return Consents(items=[ConsentOutput.of(consent, name.in_language(language)) for consent, name in given])

    @routes.delete("/me/consents/{client_id}", status_code=204)
    async def withdraw_consent(client_id: str, caller: Annotated[Caller, allow("person")]) -> None:
        """Takes it back: the application's refresh tokens end at once, access tokens within 15 minutes."""
        await profile.withdraw_consent(await profile.read(caller.id), client_id)

    @routes.get("/me/export", response_model=dict[str, Any])
    async def export(caller: Annotated[Caller, allow("person")]) -> Response:
        """Everything this service holds about you, the whole NIK included, as one JSON file."""
        account = await profile.read(caller.id)
        headers = NO_STORE | {"Content-Disposition": 'attachment; filename="mpp-identity.json"'}
        return JSONResponse(jsonable_encoder(await profile.export(account)), headers=headers)

    @routes.get("/officers/me")
    async def officer(caller: Annotated[Caller, allow("officer")], response: Response) -> OfficerMe:
        """Own position, roles and scopes."""
        account = await profile.read(caller.id)
        response.headers.update(NO_STORE)
        return OfficerMe.of(account)

    @routes.get("/officers")
    async def officers(
        _caller: Annotated[Caller, allow("officer")],
        response: Response,
        id: Annotated[list[UUID], Query(min_length=1, max_length=100)],
    ) -> Officers:
        """Names and positions of officers, for officers: who has a task, who decided. Unknown ids are left out."""
        response.headers.update({"Cache-Control": "private, max-age=300"})
        return Officers(items=[OfficerName.of(account) for account in await profile.officers(id)])

    return routes
