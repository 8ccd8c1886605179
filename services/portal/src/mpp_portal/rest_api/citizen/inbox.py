"""Messages to me."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.citizen.kept import kept
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import SignedIn

_INBOX = "/api/notifications/v1/inbox"


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    @routes.get("/inbox")
    async def inbox(request: Request, who: SignedIn, cursor: str = "", unread: str = "") -> Response:
        params = {"limit": "20", **({"cursor": cursor} if cursor else {}), **({"unread": "true"} if unread else {})}
        found = (await api.call(request, "GET", _INBOX, params=params)).content()
        return pages.render(
            request,
            "citizen/inbox.html",
            messages=found["items"],
            more=found["next_cursor"],
            count=found["unread"],
            unread_only=bool(unread),
        )

    @routes.get("/inbox/unread")
    async def unread(request: Request, who: SignedIn) -> Response:
        """How many, for the menu."""
        found = (await api.call(request, "GET", _INBOX, params={"limit": "1", "unread": "true"})).content()
        return PlainTextResponse(str(found["unread"]), headers={"Cache-Control": "no-store"})

    @routes.post("/inbox/{entry}")
    @kept(pages)
    async def read(request: Request, who: SignedIn, entry: UUID) -> Response:
        """Marks a message as read, and goes to its application if that was asked for."""
        sent = await pages.posted(request)
        told = (await api.call(request, "POST", f"{_INBOX}/{entry}:read")).content()
        return redirect(f"/applications/{told['application']}" if sent.get("go") else "/inbox")
