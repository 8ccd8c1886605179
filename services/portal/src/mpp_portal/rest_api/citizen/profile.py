"""My account: particulars, contact, language, how I am told, who looked at my data, my data to take along."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_runtime.errors import TryLater

from mpp_portal.domain import Answer
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.citizen.kept import kept
from mpp_portal.rest_api.citizen.own import Own
from mpp_portal.rest_api.citizen.papers import passed_on
from mpp_portal.rest_api.citizen.words import field_words, purpose_words
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import PersonOnly

_ME = "/api/identity/v1/me"
_PREFERENCES = "/api/notifications/v1/preferences"
_CONTACTS = ("email", "phone")


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    own = Own(api)

    async def account(request: Request, *, status: int = 200, stale: bool = False) -> Response:
        me = await api.call(request, "GET", _ME)
        try:
            preferences = (await api.call(request, "GET", _PREFERENCES)).content()
        except TryLater:
            preferences = None
        return pages.render(
            request,
            "citizen/me.html",
            status=status,
            me=me.content(),
            preferences=preferences,
            consents=(await api.call(request, "GET", f"{_ME}/consents")).content()["items"],
            saved=request.query_params.get("saved", "")[:20],
            stale=stale,
        )

    @routes.get("/me")
    async def me(request: Request, who: PersonOnly) -> Response:
        return await account(request)

    @routes.post("/me/language")
    @kept(pages)
    async def language(request: Request, who: PersonOnly) -> Response:
        chosen = str((await pages.posted(request)).get("language", ""))
        answer = await changed(request, {"language": chosen})
        if answer.status == 412:
            return await account(request, status=412, stale=True)
        answer.content()
        # The page's language follows the account's.
        return redirect(f"/me?saved=language&lang={'en' if chosen == 'en' else 'id'}")

    @routes.post("/me/preferences")
    @kept(pages)
    async def preferences(request: Request, who: PersonOnly) -> Response:
        sent = await pages.posted(request)
        present = await api.call(request, "GET", _PREFERENCES)
        body = {"email": sent.get("email") == "yes", "language": present.content()["language"]}
        answer = await api.call(request, "PUT", _PREFERENCES, etag=present.etag, json=body)
        if answer.status == 412:
            return await account(request, status=412, stale=True)
        answer.content()
        return redirect("/me?saved=preferences")

    @routes.post("/me/consents/{client_id}/withdraw")
    @kept(pages)
    async def withdraw_consent(request: Request, who: PersonOnly, client_id: str) -> Response:
        await pages.posted(request)
        answer = await api.call(request, "DELETE", f"{_ME}/consents/{quote(client_id, safe='')}")
        # Taken back in another tab already: what was wanted holds.
        if answer.status != 404:
            answer.content()
        return redirect("/me?saved=consent")

    def contact_page(
        request: Request, kind: str, *, status: int = 200, value: str = "", sent_to: str = "", error: str = ""
    ) -> Response:
        return pages.render(
            request, "citizen/contact.html", status=status, kind=kind, value=value, sent_to=sent_to, error=error
        )

    @routes.get("/me/contact/{kind}")
    async def contact(request: Request, who: PersonOnly, kind: str) -> Response:
        if kind not in _CONTACTS:
            return redirect("/me")
        return contact_page(request, kind)

    @routes.post("/me/contact/{kind}")
    @kept(pages)
    async def change_contact(request: Request, who: PersonOnly, kind: str) -> Response:
        if kind not in _CONTACTS:
            return redirect("/me")
        sent = await pages.posted(request)
        value, code, sent_to = (str(sent.get(name, "")).strip() for name in ("value", "code", "sent_to"))
        if "code" in sent:
            answer = await api.call(request, "POST", f"{_ME}/contact:confirm", json={"code": code})
            if answer.ok:
                return redirect(f"/me?saved={kind}")
            return contact_page(request, kind, status=answer.status, sent_to=sent_to, error=_sentence(answer))
        if not value:
            return contact_page(request, kind, status=422, error=pages.text(request, f"contact_{kind}_missing"))
        answer = await changed(request, {kind: value})
        if not answer.ok:
            return contact_page(request, kind, status=answer.status, value=value, error=_sentence(answer))
        pending = answer.content()["pending_contact"]
        return contact_page(request, kind, sent_to=pending["contact"]) if pending else redirect(f"/me?saved={kind}")

    async def changed(request: Request, body: Mapping[str, Any]) -> Answer:
        present = await api.call(request, "GET", _ME)
        return await api.call(request, "PATCH", _ME, etag=present.etag, json=dict(body))

    @routes.get("/me/access-log")
    async def access_log(request: Request, who: PersonOnly, cursor: str = "") -> Response:
        params = {"limit": "20", **({"cursor": cursor} if cursor else {})}
        found = (await api.call(request, "GET", f"{_ME}/access-log", params=params)).content()
        readings = [
            {
                **each,
                "purpose": purpose_words(pages, request, each["purpose"]),
                "fields": field_words(pages, request, each["fields"]),
            }
            for each in found["items"]
        ]
        return pages.render(request, "citizen/access_log.html", readings=readings, more=found["next_cursor"])

    @routes.get("/me/export")
    async def export(request: Request, who: PersonOnly) -> Response:
        return await passed_on(own, request, f"{_ME}/export")


def _sentence(answer: Answer) -> str:
    """What the API says about one field, or about the whole."""
    problem = answer.problem
    return problem.errors[0][2] if problem.errors else problem.detail
