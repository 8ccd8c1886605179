"""What the pages share: the transaction they work for, and going on after a sign-in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from fastapi import Request, Response
from mpp_runtime.errors import Refusal

from mpp_identity.domain.accounts import Account
from mpp_identity.pages.rendering import BROWSER_AGE, Site, error_page, page_language, redirect
from mpp_identity.use_cases.oidc.authorise import Authorise, Interact, Outcome, Redirect, SignedIn
from mpp_identity.use_cases.oidc.requests import AuthorisationRequest
from mpp_identity.use_cases.sessions import Sessions

PAGES = {"sign-in": "/oidc/sign-in", "sign-up": "/oidc/sign-up", "consent": "/oidc/consent"}
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Response]])


@dataclass(frozen=True)
class Flow:
    site: Site
    authorise: Authorise
    sessions: Sessions

    async def who(self, request: Request) -> SignedIn | None:
        found = await self.sessions.current(self.site.session(request))
        return SignedIn(*found) if found else None

    async def asked(self, request: Request, transaction: str) -> AuthorisationRequest:
        """Raises Malformed if the transaction is not this browser's, finished or too old."""
        request_, _ = await self.authorise.open(transaction, self.site.browser(request))
        return request_

    async def sign_in(self, request: Request, transaction: str, account: Account, amr: tuple[str, ...]) -> Response:
        """Opens a session and goes on: to the client, or to the consent page."""
        await self.asked(request, transaction)  # before a session is opened for nothing
        token, session = await self.sessions.open(account, amr)
        outcome = await self.authorise.finish(transaction, self.site.browser(request), SignedIn(session, account))
        response = self.go_on(outcome)
        self.site.set_cookie(response, self.site.session_cookie, token)
        return response

    def go_on(self, outcome: Outcome) -> Response:
        match outcome:
            case Redirect(location):
                return redirect(location)
            case Interact(page, transaction):
                return redirect(f"{PAGES[page]}?transaction={transaction}")

    def keep_browser(self, response: Response, browser: str) -> Response:
        self.site.set_cookie(response, self.site.browser_cookie, browser, BROWSER_AGE)
        return response

    def address(self, request: Request) -> str:
        return request.client.host if request.client else ""

    def shows_refusals(self, handler: Handler) -> Handler:
        """What a page cannot show at a field becomes a page of its own, in the reader's language."""

        @wraps(handler)
        async def shown(*args: Any, **kwargs: Any) -> Response:
            try:
                return await handler(*args, **kwargs)
            except Refusal as refusal:
                request: Request = kwargs["request"]
                return error_page(refusal, self.site, page_language(request))

        return shown  # type: ignore[return-value]
