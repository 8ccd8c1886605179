"""The gRPC side of a service: who may call is read from the contract, a call without a deadline is refused."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import grpc
import orjson
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from mpp_telemetry import span
from mpp_telemetry.log import describe, get_logger
from mpp_telemetry.metrics import Duration

from mpp_runtime.edge import BEFORE_ANSWER
from mpp_runtime.errors import Malformed, NotAllowed, Refusal, Text, Unauthenticated
from mpp_runtime.settings import Settings
from mpp_runtime.tokens import TokenVerifier

Adder = Callable[[Any, grpc.aio.Server], None]
_BYTES = 4 * 1024 * 1024
_METADATA_BYTES = 6000
_DURATION = Duration("rpc.server.call.duration", "Calls of other services, by method and status.")
_log = get_logger(__name__)
_caller: ContextVar[str] = ContextVar("mpp_grpc_caller")


def caller_service(_context: Any) -> str:
    """The name of the service that makes the present call."""
    return _caller.get()


def allowed_callers(services: Iterable[ServiceDescriptor]) -> dict[str, frozenset[str]]:
    """Full method path → callers, from the option `mpp.options.v1.callers` of each method."""
    callers: dict[str, frozenset[str]] = {}
    for service in services:
        option = service.file.pool.FindExtensionByName("mpp.options.v1.callers")
        for method in service.methods:
            callers[f"/{service.full_name}/{method.name}"] = frozenset(method.GetOptions().Extensions[option])  # type: ignore[index]
    return callers


def problem_metadata(refusal: Refusal) -> tuple[tuple[str, str], ...]:
    """The refusal in trailing metadata, ASCII; long field lists are cut to what a header may carry."""
    told = refusal.as_dict()
    text = _ascii(told)
    while len(text) > _METADATA_BYTES and told["errors"]:
        told["errors"] = told["errors"][: len(told["errors"]) // 2]
        text = _ascii(told)
    return (("mpp-problem", text),)


def _ascii(value: Any) -> str:
    return "".join(c if c < "\x7f" else f"\\u{ord(c):04x}" for c in orjson.dumps(value, default=str).decode())


class _Guard(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    def __init__(self, verifier: TokenVerifier, callers: dict[str, frozenset[str]]) -> None:
        self._verifier = verifier
        self._callers = callers

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        method = handler_call_details.method
        handler = await continuation(handler_call_details)
        if handler is None or method not in self._callers:
            return handler  # unknown, health or reflection
        if not handler.unary_unary:
            raise TypeError("only unary calls are guarded")
        behaviour = handler.unary_unary
        metadata = {key: str(value) for key, value in handler_call_details.invocation_metadata}

        async def guarded(request: Any, context: Any) -> Any:
            try:
                with _span(method, metadata.get("traceparent")):
                    await self._admit(method, metadata, context)
                    answer = await behaviour(request, context)
                    await BEFORE_ANSWER.reach(method)
                    return answer
            except Refusal as refusal:
                status = grpc.StatusCode[refusal.grpc_code_name]
                await context.abort(status, refusal.detail.en, problem_metadata(refusal))
            except grpc.aio.AbortError:
                raise
            except Exception:
                await context.abort(grpc.StatusCode.INTERNAL, "internal error")

        return grpc.unary_unary_rpc_method_handler(guarded, handler.request_deserializer, handler.response_serializer)

    async def _admit(self, method: str, metadata: dict[str, str], context: Any) -> None:
        if context.time_remaining() is None:
            raise Malformed("deadline-missing", Text("Tenggat wajib ada.", "A deadline is required."))
        scheme, _, token = metadata.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("token-missing", Text("Token layanan tidak ada.", "The service token is missing."))
        caller = await self._verifier.verify(token)
        if caller.kind != "service" or caller.id not in self._callers[method]:
            raise NotAllowed(
                "caller-not-allowed", Text("Layanan ini tidak boleh memanggil.", "This service may not call this.")
            )
        _caller.set(caller.id)


@contextmanager
def _span(method: str, traceparent: str | None) -> Iterator[None]:
    name, begun, status = method.lstrip("/"), time.perf_counter(), "OK"
    with span(name, kind="server", parent=traceparent, rpc__system__name="grpc", rpc__method=name) as own:
        try:
            yield
        except Refusal as refusal:
            status = refusal.grpc_code_name
            raise
        except grpc.aio.AbortError:
            status = "ABORTED"
            raise
        except Exception as error:
            status = "INTERNAL"
            _log.error("call failed", method=method, **describe(error))
            raise
        finally:
            own.set_attribute("rpc.response.status_code", status)
            told = {"rpc.system.name": "grpc", "rpc.method": name, "rpc.response.status_code": status}
            _DURATION.record(time.perf_counter() - begun, told)


class GrpcServer:
    """Serves `services`: (the generated add function, the servicer, the service's descriptor)."""

    def __init__(
        self, settings: Settings, verifier: TokenVerifier, services: Sequence[tuple[Adder, Any, ServiceDescriptor]]
    ) -> None:
        descriptors = [descriptor for _, _, descriptor in services]
        self._address = f"{settings.grpc_host}:{settings.grpc_port}"
        self._server = grpc.aio.server(
            interceptors=[_Guard(verifier, allowed_callers(descriptors))],
            options=[
                ("grpc.max_receive_message_length", _BYTES),
                ("grpc.max_metadata_size", 16 * 1024),
                ("grpc.so_reuseport", 0),
            ],
        )
        for add, servicer, _ in services:
            add(servicer, self._server)
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if settings.environment == "demo":
            names = [d.full_name for d in descriptors]
            reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], self._server)
        self._names = ["", *(d.full_name for d in descriptors)]
        self.port = 0

    async def start(self) -> None:
        """Raises RuntimeError if the address is taken."""
        self.port = self._server.add_insecure_port(self._address)
        await self._server.start()
        for name in self._names:
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self, grace: float) -> None:
        """Says NOT_SERVING, takes no new call, gives those under way `grace` seconds."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace)
