"""Routes that end in a page, and who may see it."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from mpp_runtime.errors import NotAllowed, Refusal
from mpp_telemetry.log import describe, get_logger
from starlette.exceptions import HTTPException

from mpp_portal.domain import SessionOver, Who
from mpp_portal.rest_api.texts import TEXTS

if TYPE_CHECKING:
    from mpp_portal.rest_api.pages import Pages

_log = get_logger(__name__)


def pages_of(request: Request) -> "Pages":
    pages: Pages = request.app.state.pages
    return pages


class PageRoute(APIRoute):
    """A route that ends in a page even when something breaks, and leaves the session's cookie as it has become."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            pages = pages_of(request)
            try:
                answer = await handle(request)
            except HTTPException as error:
                answer = await pages.on_http(request, error)
            except RequestValidationError:
                # Pages take text and judge it themselves: what is left is an address that does not exist.
                answer = await pages.on_http(request, HTTPException(404))
            except Exception as error:
                answer = await pages.on_refusal(request, self._as_refusal(error))
            pages.sessions.keep(request, answer)
            return answer

        return handled

    def _as_refusal(self, error: Exception) -> Refusal:
        if isinstance(error, Refusal):
            return error
        _log.error("page failed", route=self.path, **describe(error))
        return Refusal("internal-error", TEXTS["error_internal"])


async def _signed_in(request: Request) -> Who:
    who = pages_of(request).sessions.who(request)
    if who is None:
        raise SessionOver
    return who


async def _officer(who: Annotated[Who, Depends(_signed_in)]) -> Who:
    if not who.officer:
        raise NotAllowed("officers-only", TEXTS["error_officers_only"])
    return who


async def _operator(who: Annotated[Who, Depends(_officer)]) -> Who:
    if not who.operator:
        raise NotAllowed("operators-only", TEXTS["error_operators_only"])
    return who


async def _person(who: Annotated[Who, Depends(_signed_in)]) -> Who:
    if who.officer:
        raise NotAllowed("people-only", TEXTS["error_people_only"])
    return who


# As a parameter of a page: `who: SignedIn`. Whoever is not signed in is led to sign in and back.
SignedIn = Annotated[Who, Depends(_signed_in)]
# The same, and whoever has no office, or has one, is told so (403).
OfficerOnly = Annotated[Who, Depends(_officer)]
OperatorOnly = Annotated[Who, Depends(_operator)]
PersonOnly = Annotated[Who, Depends(_person)]
