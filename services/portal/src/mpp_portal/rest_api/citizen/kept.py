"""When a part of the system is away while somebody sends a form: the form is shown again, with all that was typed."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response
from mpp_runtime.errors import Refusal, TryLater

from mpp_portal.rest_api.pages import Pages

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Response]])


def kept(pages: Pages) -> Callable[[Handler], Handler]:
    """Around the handler of a POST: a refusal that is a matter of time becomes a page that can be sent once more."""

    def around(handler: Handler) -> Handler:
        @wraps(handler)
        async def handled(*args: Any, **values: Any) -> Response:
            try:
                return await handler(*args, **values)
            except TryLater as away:
                return await send_again(pages, values["request"], away)

        return handled  # type: ignore[return-value]

    return around


async def send_again(pages: Pages, request: Request, away: TryLater) -> Response:
    """A calm page that still holds what was typed, and a button that sends it again."""
    form = await pages.posted(request)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return pages.render(
        request,
        "citizen/kept.html",
        status=away.http_status,
        headers=retry_after(away),
        fields=fields,
        files=any(not isinstance(value, str) and value.filename for _, value in form.multi_items()),
        action=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    )


def retry_after(refusal: Refusal) -> dict[str, str]:
    return {"Retry-After": str(refusal.extra["retry_after"])} if "retry_after" in refusal.extra else {}
