"""Calls to other services: credentials, trace and deadline on each, refusals back as what they were."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

import grpc
import orjson
from mpp_telemetry import current_traceparent, span
from mpp_telemetry.metrics import Duration

from mpp_runtime.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Text, TooMany, TryLater
from mpp_runtime.tokens import ServiceTokens

_SECONDS = 2.0
_BYTES = 4 * 1024 * 1024
_DURATION = Duration("rpc.client.call.duration", "Calls to other services, repeats included, by method and status.")
_AWAY = Text("Bagian lain dari sistem belum menjawab.", "Another part of the system does not answer yet.")
_REFUSED = Text("Permintaan antarlayanan ditolak.", "A call between services was refused.")
_BY_STATUS: dict[grpc.StatusCode, type[Refusal]] = {
    grpc.StatusCode.UNAVAILABLE: TryLater,
    grpc.StatusCode.DEADLINE_EXCEEDED: TryLater,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.INVALID_ARGUMENT: Invalid,
    grpc.StatusCode.FAILED_PRECONDITION: Conflict,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowed,
    grpc.StatusCode.RESOURCE_EXHAUSTED: TooMany,
}


def to_refusal(error: grpc.aio.AioRpcError) -> Refusal | None:
    """What the peer refused, from its trailing metadata, else from the status; nothing if it is a fault of ours."""
    trailing: Iterable[tuple[str, Any]] = error.trailing_metadata() or ()  # type: ignore[assignment]
    for key, value in trailing:
        if key == "mpp-problem":
            try:
                return Refusal.from_dict(orjson.loads(value))
            except (KeyError, TypeError, ValueError):
                break
    kind = _BY_STATUS.get(error.code())
    code = "unavailable" if kind is TryLater else error.code().name.lower().replace("_", "-")
    return kind(code, _AWAY if kind is TryLater else _REFUSED) if kind else None


def _status_of(error: BaseException) -> str:
    if isinstance(error, grpc.aio.AioRpcError):
        return error.code().name
    return error.grpc_code_name if isinstance(error, Refusal) else "CANCELLED"


class _Caller(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        raw: Any = client_call_details.method
        method = raw.decode() if isinstance(raw, bytes) else raw
        deadline = asyncio.get_running_loop().time() + (client_call_details.timeout or _SECONDS)
        name, begun, status = method.lstrip("/"), time.perf_counter(), "OK"
        with span(name, kind="client", rpc__system__name="grpc", rpc__method=name) as own:
            try:
                return await self._ask(continuation, client_call_details, request, deadline)
            except BaseException as error:
                status = _status_of(error)
                raise
            finally:
                own.set_attribute("rpc.response.status_code", status)
                told = {"rpc.system.name": "grpc", "rpc.method": name, "rpc.response.status_code": status}
                _DURATION.record(time.perf_counter() - begun, told)

    async def _ask(
        self,
        continuation: Callable[..., Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
        deadline: float,
    ) -> Any:
        token = await self._tokens.get()
        for last in (False, True):
            metadata = grpc.aio.Metadata(*(client_call_details.metadata or ()))
            metadata.add("authorization", f"Bearer {token}")
            if traceparent := current_traceparent():
                metadata.add("traceparent", traceparent)
            remaining = deadline - asyncio.get_running_loop().time()
            details = grpc.aio.ClientCallDetails(
                client_call_details.method, max(remaining, 0.001), metadata, None, None
            )
            call = await continuation(details, request)
            try:
                return await call
            except grpc.aio.AioRpcError as error:
                refusal = to_refusal(error)
                if error.code() is grpc.StatusCode.UNAUTHENTICATED:
                    self._tokens.forget()  # ours, not the user's: the issuer changed its keys
                    refusal = TryLater("service-token-refused", _AWAY)
                unanswered = refusal is not None and refusal.code == "unavailable"
                if unanswered and error.code() is grpc.StatusCode.UNAVAILABLE and not last and remaining > 0.3:
                    await asyncio.sleep(0.1)
                    continue
                if refusal:
                    raise refusal from error
                raise
        raise AssertionError("unreachable")


class ServiceChannel:
    """One shared channel to a peer at `target` ("host:port"): `Stub(channel.channel)`. Deadline 2 s unless given."""

    def __init__(self, target: str, tokens: ServiceTokens) -> None:
        self.channel = grpc.aio.insecure_channel(
            target,
            interceptors=[_Caller(tokens)],  # type: ignore[list-item]
            options=[
                ("grpc.enable_retries", 0),
                ("grpc.max_receive_message_length", _BYTES),
                ("grpc.max_reconnect_backoff_ms", 2000),
                ("grpc.keepalive_time_ms", 60_000),
            ],
        )

    async def close(self) -> None:
        await self.channel.close(None)
