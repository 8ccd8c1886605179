"""What surrounds every request: its span, its log line, the cap on its body, and the answer when something breaks."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request
from mpp_failpoints import Failpoint
from mpp_telemetry import span
from mpp_telemetry.log import causes, describe, get_logger
from mpp_telemetry.metrics import Duration, Gauge
from opentelemetry.trace import StatusCode
from starlette.exceptions import HTTPException

from mpp_runtime.errors import Refusal, Text, unstorable_text
from mpp_runtime.problems import problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_INTERNAL = Text(
    "Terjadi kesalahan di pihak kami. Sebutkan nomor jejak bila melapor.",
    "Something broke on our side. Quote the trace id when you report it.",
)
BEFORE_ANSWER = Failpoint("answer.before_send")
_DURATION = Duration("http.server.request.duration", "Requests, by route template and status.")
_ACTIVE = Gauge("http.server.active_requests", "{request}", "Requests being answered.")
# What comes from outside must not make series of its own.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = get_logger(__name__)


class Edge:
    """Pure ASGI: a BaseHTTPMiddleware would cancel the endpoint's task, and with it a COMMIT, when a client leaves."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], body_limit: int) -> None:
        self._app = app
        self._body_limit = body_limit
        self._active = 0
        _ACTIVE.report(self, lambda: [(self._active, {})])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, started, status = Request(scope), time.perf_counter(), 0

        async def counted_send(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                await BEFORE_ANSWER.reach(f"{method} {_route(scope)}")
                message["headers"] = [*message.get("headers", ()), (b"x-content-type-options", b"nosniff")]
                if not scope["app"].state.ready:  # it leaves: who asks again must not find this connection cut
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        method = request.method if request.method in _METHODS else "_OTHER"
        self._active += 1
        with span(
            method, kind="server", parent=request.headers.get("traceparent"), http__request__method=method
        ) as own:
            try:
                await self._app(scope, self._capped(scope, receive), counted_send)
            except Exception as error:
                # However the half of a surrogate pair was met (orjson, pydantic, a hash), the caller sent it.
                if any("surrogates not allowed" in str(cause) for cause in causes(error)):
                    refusal: Refusal = unstorable_text()
                else:
                    _log.error("request failed", method=method, route=_route(scope), **describe(error))
                    own.set_attribute("error.type", type(error).__name__)
                    refusal = Refusal("internal-error", _INTERNAL)
                if status:
                    raise  # half an answer is out: only closing the connection tells the client
                await problem(refusal, request)(scope, receive, counted_send)
            finally:
                self._active -= 1
            route = _route(scope)
            own.update_name(f"{method} {route}")
            own.set_attribute("http.route", route)
            own.set_attribute("http.response.status_code", status)
            told: dict[str, str | int] = {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
            }
            if status >= 500:
                own.set_status(StatusCode.ERROR)
                told["error.type"] = str(status)
            if scope["path"] not in ("/healthz", "/readyz"):
                spent = time.perf_counter() - started
                _DURATION.record(spent, told)
                _log.info("request", method=method, route=route, status=status, duration_ms=round(spent * 1000, 1))

    def _capped(self, scope: Scope, receive: Receive) -> Receive:
        seen = 0

        async def capped() -> MutableMapping[str, Any]:
            nonlocal seen
            # By now the route is known: an endpoint marked with `body_limit` has its own cap.
            limit = getattr(scope.get("endpoint"), "__mpp_body_limit__", self._body_limit)
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise HTTPException(413)
            return message

        return capped


def _route(scope: Scope) -> str:
    """The template of the route: an address may hold a secret."""
    return str(getattr(scope.get("route"), "path", "unknown"))
