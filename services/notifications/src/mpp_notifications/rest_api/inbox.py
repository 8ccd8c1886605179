"""A person's own messages and choices."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from mpp_runtime.errors import NotFound, Text
from mpp_runtime.rest import IfMatch, Language, allow, etag, require_match
from mpp_runtime.tokens import Caller

from mpp_notifications.rest_api.wire import (
    EntryOut,
    InboxOut,
    PreferencesIn,
    PreferencesOut,
    cursor,
    entry_out,
    position,
    preferences_out,
)
from mpp_notifications.use_cases.inbox import OwnInbox, OwnPreferences

Own = Annotated[Caller, allow("person", "officer")]


def router(inbox: OwnInbox, preferences: OwnPreferences, notes: Mapping[str, Text]) -> APIRouter:
    """Routes of the inbox and of preferences. `notes`: what to say about an e-mail, by its state."""
    routes = APIRouter(prefix="/api/notifications/v1", tags=["inbox"])

    @routes.get("/inbox", summary="My messages, newest first")
    async def read_inbox(
        caller: Own,
        language: Language,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor_: Annotated[str | None, Query(alias="cursor", max_length=300)] = None,
        unread: Annotated[bool, Query(description="Unread messages only")] = False,
    ) -> InboxOut:
        found, count = await inbox.list(_person(caller), unread_only=unread, after=position(cursor_), limit=limit + 1)
        page = found[:limit]
        return InboxOut(
            items=[entry_out(entry, language, notes) for entry in page],
            next_cursor=cursor(page[-1].created_at, page[-1].id) if len(found) > limit else None,
            unread=count,
        )

    @routes.post("/inbox/{entry}:read", summary="Mark a message as read; the first reading counts")
    async def read_entry(entry: UUID, caller: Own, language: Language) -> EntryOut:
        return entry_out(await inbox.mark_read(_person(caller), entry), language, notes)

    @routes.get("/preferences", summary="How I am told; the ETag is for If-Match")
    async def read_preferences(caller: Own, response: Response) -> PreferencesOut:
        chosen = await preferences.get(_person(caller))
        response.headers["ETag"] = etag(chosen.version)
        return preferences_out(chosen)

    @routes.put("/preferences", summary="Choose how I am told")
    async def choose_preferences(
        body: PreferencesIn,
        caller: Own,
        response: Response,
        if_match: IfMatch,
    ) -> PreferencesOut:
        person = _person(caller)
        present = await preferences.get(person)
        require_match(if_match, present.version)
        kept = await preferences.put(person, email=body.email, language=body.language, expected=present.version)
        response.headers["ETag"] = etag(kept.version)
        return preferences_out(kept)

    return routes


def _person(caller: Caller) -> UUID:
    try:
        return UUID(caller.id)
    except ValueError as error:
        raise NotFound("no-account", Text("Akun ini tidak punya pesan.", "This account has no messages.")) from error
