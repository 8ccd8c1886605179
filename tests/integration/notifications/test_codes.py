"""One-time codes over the real gRPC server and a real SMTP server: handed over once per request, never kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from mpp_notifications.grpc_api import CodesServicer, TemplatesServicer
from mpp_notifications.storage.package_data import load_wording
from mpp_notifications.use_cases.send_code import SendCode
from mpp_runtime.errors import Invalid, NotAllowed, TryLater
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.tokens import TokenVerifier

from tests.unit.runtime.issuer import ISSUER, Issuer

World = Any  # the fixture of conftest.py
Cut = Callable[[Any], Awaitable[str]]
SERVICES = notifications_pb2.DESCRIPTOR.services_by_name


class Tokens:
    """The token a calling service has."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer, self.caller = issuer, "identity"

    async def get(self) -> str:
        return self.issuer.token(self.caller)


class Peer:
    """Another service, calling."""

    def __init__(self, channel: ServiceChannel, tokens: Tokens) -> None:
        self.codes = notifications_pb2_grpc.CodesStub(channel.channel)
        self.templates = notifications_pb2_grpc.TemplatesStub(channel.channel)
        self.tokens = tokens

    async def send(self, *, deadline: float = 5, **changes: Any) -> str:
        told = {
            "contact": "siti@warga.example.id",
            "purpose": "sign-in",
            "code": "427153",
            "language": "id",
            "valid_minutes": 10,
            "request_id": str(uuid4()),
            **changes,
        }
        request = notifications_pb2.SendCodeRequest(**told)
        return str((await self.codes.Send(request, timeout=deadline)).channel)


def send_code(world: World, *, sms_simulated: bool = True) -> SendCode:
    return SendCode(
        store=world.store,
        mailer=world.mailer,
        wording=load_wording(),
        clock=world.clock,
        journal=world.journal,
        sms_simulated=sms_simulated,
    )


@pytest.fixture
async def peer(world: World, make_settings: Callable[..., Any]) -> AsyncIterator[Peer]:
    issuer = Issuer()
    server = GrpcServer(
        make_settings("nats://127.0.0.1:1"),
        TokenVerifier(issuer.jwks, ISSUER),
        [
            (notifications_pb2_grpc.add_CodesServicer_to_server, CodesServicer(send_code(world)), SERVICES["Codes"]),
            (notifications_pb2_grpc.add_TemplatesServicer_to_server, TemplatesServicer(), SERVICES["Templates"]),
        ],
    )
    await server.start()
    tokens = Tokens(issuer)
    channel = ServiceChannel(f"127.0.0.1:{server.port}", tokens)  # type: ignore[arg-type]
    yield Peer(channel, tokens)
    await channel.close()
    await server.stop(0)


async def everything_stored(world: World) -> str:
    return str(await world.rows("SELECT * FROM code_sends")) + str(await world.rows("SELECT * FROM events"))


async def test_a_code_is_in_the_mail_and_nowhere_else(world: World, peer: Peer, capsys: Any) -> None:
    assert await peer.send() == "email"
    (mail,) = world.smtp.mails
    assert "427153" in mail.get_content()
    assert "427153" not in mail["Subject"]
    assert "Berlaku 10 menit" in mail.get_content()
    kept = await everything_stored(world) + capsys.readouterr().out + str(world.journal.notes)
    assert "427153" not in kept
    assert "siti@" not in kept


async def test_a_repeated_request_sends_nothing_twice(world: World, peer: Peer) -> None:
    for _ in range(3):
        assert await peer.send(request_id="one") == "email"
    assert await peer.send(request_id="two") == "email"
    assert len(world.smtp.mails) == 2


async def test_requests_at_the_same_time_send_once(world: World, peer: Peer) -> None:
    async def call() -> str:
        try:
            return await peer.send(request_id="one")
        except TryLater:
            return "later"

    answers = await asyncio.gather(*(call() for _ in range(6)))
    assert "email" in answers
    assert set(answers) <= {"email", "later"}
    assert len(world.smtp.mails) == 1


async def test_a_phone_is_served_by_a_simulator_that_says_so(world: World, peer: Peer) -> None:
    assert await peer.send(contact="+6281200009001", language="en") == "sms"
    (mail,) = world.smtp.mails
    assert mail["To"] == "+6281200009001@sms.example.id"
    assert "[SIMULATED]" in mail.get_content()


async def test_there_is_no_simulator_in_production(world: World) -> None:
    with pytest.raises(Invalid, match="channel-not-available"):
        await send_code(world, sms_simulated=False)(
            contact="+6281200009001",
            purpose="sign-in",
            code="427153",
            language="id",
            valid_minutes=10,
            request_id="one",
            within=timedelta(seconds=2),
        )
    assert world.smtp.mails == []


@pytest.mark.parametrize("when", ["rcpt", "data"])
async def test_4xx_is_later_and_the_same_request_may_be_tried_again(world: World, peer: Peer, when: str) -> None:
    setattr(world.smtp, when, ["451 not now"])
    with pytest.raises(TryLater, match="code-not-sent"):
        await peer.send(request_id="one")
    assert await peer.send(request_id="one") == "email"
    assert len(world.smtp.mails) == 1


async def test_a_server_that_is_away_is_later(world: World, peer: Peer) -> None:
    await world.smtp.stop()
    with pytest.raises(TryLater, match="code-not-sent"):
        await peer.send()


async def test_an_address_that_is_refused_is_said(world: World, peer: Peer) -> None:
    world.smtp.rcpt = ["550 no such mailbox"]
    with pytest.raises(Invalid, match="contact-refused"):
        await peer.send()


async def test_a_lost_answer_is_counted_and_sent_again_as_the_same_mail(
    world: World, peer: Peer, cut_connection: Cut
) -> None:
    world.smtp.data = [cut_connection]
    with pytest.raises(TryLater):
        await peer.send(request_id="one")
    assert await peer.send(request_id="one") == "email"
    first, second = world.smtp.mails
    assert first["Message-ID"] == second["Message-ID"]
    (row,) = await world.rows("SELECT state, ambiguous FROM code_sends")
    assert dict(row) == {"state": "SENT", "ambiguous": 1}


async def test_a_slow_server_does_not_outlast_the_caller(world: World, peer: Peer) -> None:
    async def slow(server: Any) -> str:
        await asyncio.sleep(3)
        return "250 OK"

    world.smtp.data = [slow]
    with pytest.raises(TryLater, match="code-not-sent"):
        await peer.send(deadline=1, request_id="one")
    (row,) = await world.rows("SELECT state, ambiguous FROM code_sends")
    assert dict(row) == {"state": "FAILED", "ambiguous": 1}


async def test_the_request_of_a_dead_replica_is_taken_over(world: World, peer: Peer) -> None:
    async with world.store.transaction() as unit:
        await unit.codes.begin("one", mail=uuid4(), channel="email", now=world.clock.now(), lease=timedelta(seconds=15))
    with pytest.raises(TryLater, match="code-being-sent"):
        await peer.send(request_id="one")
    world.clock.move(seconds=16)
    assert await peer.send(request_id="one") == "email"


async def test_old_requests_are_forgotten(world: World, peer: Peer) -> None:
    await peer.send(request_id="old")
    world.clock.move(days=3)
    await peer.send(request_id="new")
    assert [row["request_id"] for row in await world.rows("SELECT request_id FROM code_sends")] == ["new"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"contact": "siti"}, "/contact"),
        ({"contact": "a@b\r\nBcc: x@y.example"}, "/contact"),
        ({"contact": "081200009001"}, "/contact"),
        ({"contact": "a@b,c@d.example"}, "/contact"),
        ({"purpose": "party"}, "/purpose"),
        ({"code": "12345"}, "/code"),
        ({"code": "１２３４５６"}, "/code"),
        ({"valid_minutes": 0}, "/valid_minutes"),
        ({"request_id": ""}, "/request_id"),
    ],
)
async def test_a_wrong_request_names_the_field(world: World, peer: Peer, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid, match="code-request-invalid") as refused:
        await peer.send(**changed)
    assert [error.field for error in refused.value.errors] == [field]
    assert world.smtp.mails == []


async def test_only_the_callers_of_the_contract_are_served(world: World, peer: Peer) -> None:
    peer.tokens.caller = "catalog"
    with pytest.raises(NotAllowed):
        await peer.send()
    assert world.smtp.mails == []


async def test_a_template_is_checked_for_the_catalogue(peer: Peer) -> None:
    peer.tokens.caller = "catalog"
    request = notifications_pb2.CheckTemplateRequest(
        event_type="mpp.applications.v1.DocumentIssued", language="id", subject="Untuk {{ name }}", body="{{ nomor }}"
    )
    found = await peer.templates.Check(request, timeout=5)
    assert [(problem.where, problem.code) for problem in found.problems] == [
        ("subject", "personal-data-in-subject"),
        ("body", "unknown-placeholder"),
    ]
    request.subject, request.body = "Izin {{ number }}", "Unduh {{ document_url }}"
    assert list((await peer.templates.Check(request, timeout=5)).problems) == []
    peer.tokens.caller = "identity"
    with pytest.raises(NotAllowed):
        await peer.templates.Check(request, timeout=5)
