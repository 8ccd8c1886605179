"""Messages to me."""

import re
from collections.abc import Collection
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
            messages=[
                {**each, "paragraphs": paragraphs(each["body"], set(each["links"].values()), pages.public_url)}
                for each in found["items"]
            ],
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


def paragraphs(body: str, links: Collection[str], origin: str) -> list[list[tuple[str, str]]]:
    """A message's lines, each in parts (text, "") and ("", path): its own links to pages of this mall become links."""
    ours = [link for link in links if link.startswith(f"{origin}/")]
    split = re.compile("|".join(map(re.escape, sorted(ours, key=len, reverse=True))) or r"(?!)")
    told = []
    for line in filter(str.strip, body.splitlines()):
        texts, found = split.split(line), split.findall(line)
        told.append([part for text, link in zip(texts, [*found, ""], strict=True) for part in ((text, ""), ("", link))])
    return [[(text, link.removeprefix(origin)) for text, link in line if text or link] for line in told]
