"""gRPC between services: deadline, caller, refusals there and back, and nothing else let through."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from mpp_runtime.errors import Conflict, FieldError, Text, TryLater
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer, caller_service
from mpp_runtime.tokens import ServiceTokens, TokenVerifier

from tests.integration.ledger.parts import make_settings
from tests.unit.runtime.issuer import ISSUER, Issuer

REQUEST = notifications_pb2.SendCodeRequest(contact="siti@warga.example.id")


class Codes(notifications_pb2_grpc.CodesServicer):
    """Does what the test says."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.seconds = 0.0
        self.calls = 0
        self.peers: set[str] = set()

    async def Send(self, request: Any, context: Any) -> Any:
        self.calls += 1
        self.peers.add(context.peer())
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return notifications_pb2.SendCodeResponse(channel=f"email for {caller_service(context)}")


class Tokens(ServiceTokens):
    """As fetched from the issuer, which here is the test."""

    def __init__(self, issuer: Issuer, subject: str) -> None:
        super().__init__("", subject, "")
        self.issuer = issuer
        self.subject = subject
        self.forgotten = 0

    async def get(self) -> str:
        return self.issuer.token(self.subject)

    def forget(self) -> None:
        self.forgotten += 1


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def codes() -> Codes:
    return Codes()


def make_server(issuer: Issuer, codes: Codes, environment: str = "demo", **settings: Any) -> GrpcServer:
    services = notifications_pb2.DESCRIPTOR.services_by_name
    return GrpcServer(
        make_settings(environment=environment, **settings),
        TokenVerifier(issuer.jwks, ISSUER),
        [(notifications_pb2_grpc.add_CodesServicer_to_server, codes, services["Codes"])],
    )


@pytest.fixture
async def server(issuer: Issuer, codes: Codes) -> AsyncIterator[GrpcServer]:
    server = make_server(issuer, codes)
    await server.start()
    yield server
    await server.stop(0)


@pytest.fixture
async def stub(server: GrpcServer, issuer: Issuer) -> AsyncIterator[Any]:
    channel = ServiceChannel(f"127.0.0.1:{server.port}", Tokens(issuer, "identity"))
    yield notifications_pb2_grpc.CodesStub(channel.channel)
    await channel.close()


@pytest.fixture
async def bare(server: GrpcServer) -> AsyncIterator[grpc.aio.Channel]:
    """A channel that adds nothing."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


async def refused(channel: grpc.aio.Channel, **call: Any) -> grpc.StatusCode:
    send = notifications_pb2_grpc.CodesStub(channel).Send
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await send(REQUEST, **call)
    return error.value.code()


async def test_the_named_caller_is_let_in_and_known(stub: Any) -> None:
    answer = await stub.Send(REQUEST)
    assert answer.channel == "email for identity"


async def test_a_call_without_a_deadline_is_refused(bare: grpc.aio.Channel, issuer: Issuer, codes: Codes) -> None:
    metadata = [("authorization", f"Bearer {issuer.token('identity')}")]
    assert await refused(bare, metadata=metadata) is grpc.StatusCode.INVALID_ARGUMENT
    assert codes.calls == 0


@pytest.mark.parametrize("authorization", [None, "Bearer ", "Bearer nonsense", "Basic aWRlbnRpdHk6c2VjcmV0"])
async def test_a_call_without_a_good_token_is_refused(
    bare: grpc.aio.Channel, codes: Codes, authorization: str | None
) -> None:
    metadata = [("authorization", authorization)] if authorization else []
    assert await refused(bare, timeout=2, metadata=metadata) is grpc.StatusCode.UNAUTHENTICATED
    assert codes.calls == 0


@pytest.mark.parametrize(("subject", "kind"), [("catalog", "service"), ("identity", "person"), ("Identity", "service")])
async def test_only_the_services_of_the_contract_may_call(
    bare: grpc.aio.Channel, issuer: Issuer, codes: Codes, subject: str, kind: str
) -> None:
    metadata = [("authorization", f"Bearer {issuer.token(subject, kind=kind)}")]
    assert await refused(bare, timeout=2, metadata=metadata) is grpc.StatusCode.PERMISSION_DENIED
    assert codes.calls == 0


async def test_a_refusal_arrives_as_what_it_was(stub: Any, codes: Codes) -> None:
    wrong = FieldError("/contact", "taken", Text("Sudah dipakai — pakai yang lain.", "Taken."))
    codes.error = Conflict(
        "contact-taken", Text("Kontak é sudah dipakai.", "The contact is taken."), (wrong,), next=["x"]
    )
    with pytest.raises(Conflict) as error:
        await stub.Send(REQUEST)
    assert (error.value.code, error.value.detail) == ("contact-taken", codes.error.detail)
    assert error.value.errors == (wrong,)
    assert error.value.extra == {"next": ["x"]}
    assert codes.calls == 1


async def test_a_refusal_with_a_thousand_fields_still_arrives(stub: Any, codes: Codes) -> None:
    wrong = FieldError("/contact", "taken", Text("Sudah dipakai.", "Taken."))
    codes.error = Conflict("contact-taken", Text("a", "a"), (wrong,) * 1000)
    with pytest.raises(Conflict) as error:
        await stub.Send(REQUEST)
    assert 0 < len(error.value.errors) < 1000


async def test_a_peers_try_later_is_passed_on_and_not_tried_again(stub: Any, codes: Codes) -> None:
    codes.error = TryLater("smtp-away", Text("a", "a"), retry_after=30)
    with pytest.raises(TryLater) as error:
        await stub.Send(REQUEST)
    assert (error.value.code, error.value.retry_after, codes.calls) == ("smtp-away", 30, 1)


async def test_a_fault_says_nothing_of_its_inside(stub: Any, codes: Codes) -> None:
    codes.error = RuntimeError("password=hunter2")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stub.Send(REQUEST)
    assert error.value.code() is grpc.StatusCode.INTERNAL
    assert error.value.details() == "internal error"


async def test_a_slow_peer_is_try_later_after_two_seconds(stub: Any, codes: Codes) -> None:
    codes.seconds = 10
    begun = time.monotonic()
    with pytest.raises(TryLater):
        await stub.Send(REQUEST)
    assert 1.5 < time.monotonic() - begun < 2.6


async def test_an_absent_peer_is_try_later(issuer: Issuer) -> None:
    channel = ServiceChannel("127.0.0.1:1", Tokens(issuer, "identity"))
    stub: Any = notifications_pb2_grpc.CodesStub(channel.channel)
    with pytest.raises(TryLater) as error:
        await stub.Send(REQUEST)
    assert error.value.code == "unavailable"
    await channel.close()


async def test_our_own_token_refused_is_not_the_users_fault(server: GrpcServer, issuer: Issuer) -> None:
    tokens = Tokens(Issuer(), "identity")  # signed by another issuer
    channel = ServiceChannel(f"127.0.0.1:{server.port}", tokens)
    stub: Any = notifications_pb2_grpc.CodesStub(channel.channel)
    with pytest.raises(TryLater) as error:
        await stub.Send(REQUEST)
    assert error.value.code == "service-token-refused"
    assert tokens.forgotten == 1
    await channel.close()


async def test_health_needs_no_token_and_ends_with_the_server(issuer: Issuer, codes: Codes) -> None:
    server = make_server(issuer, codes)
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest(service="mpp.notifications.v1.Codes"), timeout=2)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        await server.stop(0)
        with pytest.raises(grpc.aio.AioRpcError):
            await stub.Check(health_pb2.HealthCheckRequest(), timeout=2)


async def test_stopping_lets_the_call_under_way_finish(issuer: Issuer, codes: Codes) -> None:
    server = make_server(issuer, codes)
    await server.start()
    codes.seconds = 0.5
    channel = ServiceChannel(f"127.0.0.1:{server.port}", Tokens(issuer, "identity"))
    stub: Any = notifications_pb2_grpc.CodesStub(channel.channel)
    call = asyncio.ensure_future(stub.Send(REQUEST))
    await asyncio.sleep(0.2)
    await server.stop(5)
    assert (await call).channel == "email for identity"
    await channel.close()


async def reflected(issuer: Issuer, codes: Codes, environment: str) -> str:
    server = make_server(issuer, codes, environment)
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
            asked = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
            return str([answer async for answer in stub.ServerReflectionInfo(asked, timeout=2)])
    finally:
        await server.stop(0)


async def test_reflection_is_for_the_demonstration_only(issuer: Issuer, codes: Codes) -> None:
    assert "mpp.notifications.v1.Codes" in await reflected(issuer, codes, "demo")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await reflected(issuer, codes, "production")
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_message_over_the_cap_is_refused(bare: grpc.aio.Channel, issuer: Issuer, codes: Codes) -> None:
    send = notifications_pb2_grpc.CodesStub(bare).Send
    metadata = [("authorization", f"Bearer {issuer.token('identity')}")]
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await send(notifications_pb2.SendCodeRequest(contact="x" * 5_000_000), timeout=2, metadata=metadata)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert codes.calls == 0
