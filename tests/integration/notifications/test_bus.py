"""From the ledger of applications over a real bus to inbox and mailbox, with two whole replicas at work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest
from mpp.applications.v1 import events_pb2
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.relay import Relay
from mpp_ledger.schema import runtime_tables
from mpp_notifications.main import Neighbours, build
from mpp_notifications.settings import NotificationsSettings
from mpp_runtime.tokens import TokenVerifier
from mpp_testing.backends import Databases
from pydantic import SecretStr
from sqlalchemy import text

from tests.unit.runtime.issuer import ISSUER, Issuer

World = Any  # the fixture of conftest.py
STATES = {
    events_pb2.ApplicationSubmitted: events_pb2.STATUS_SUBMITTED,
    events_pb2.TaskClaimed: events_pb2.STATUS_IN_REVIEW,
    events_pb2.ApplicationApproved: events_pb2.STATUS_APPROVED,
    events_pb2.DocumentIssued: events_pb2.STATUS_ISSUED,
}


class Publisher:
    """applications, as far as its ledger and relay go."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def life(self, application: UUID, clock: Any) -> None:
        """Four facts: three of them make a message."""
        for kind, status in STATES.items():
            standing = events_pb2.Standing(application=str(application), mall="33.14", status=status)
            async with self.database.transaction(lock=[str(application)]) as transaction:
                await transaction.publish(kind(standing=standing), key=str(application), region="33.14", at=clock.now())


@pytest.fixture
async def publisher(postgres: Databases, nats_url: str, make_settings: Callable[..., Any]) -> AsyncIterator[Publisher]:
    url = postgres.create_database()
    database = Database.connect(url)
    async with database.transaction() as transaction:
        for statement in runtime_tables():
            await transaction.session.execute(text(statement))
    bus = await Bus.connect(make_settings(nats_url), "applications")
    stop = asyncio.Event()
    running = asyncio.create_task(Relay(database, bus, "APPLICATIONS", "/mpp/applications").run(stop))
    yield Publisher(database)
    stop.set()
    await running
    await bus.close()
    await database.close()
    postgres.drop_database(url)


class Replica:
    """A whole notifications without its servers."""

    def __init__(self, settings: NotificationsSettings, world: World) -> None:
        self.settings, self.world = settings, world
        self.stop = asyncio.Event()

    async def __aenter__(self) -> "Replica":
        self.bus = await Bus.connect(self.settings, "notifications")
        parts = build(
            self.settings,
            self.world.database,
            self.bus,
            TokenVerifier(Issuer().jwks, ISSUER),
            Neighbours(self.world.neighbours, self.world.neighbours, self.world.mailer),
        )
        self.tasks = [asyncio.create_task(run(self.stop)) for run in parts.background]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await asyncio.gather(*self.tasks)
        await self.bus.close()


def settings(nats_url: str) -> NotificationsSettings:
    return NotificationsSettings(
        environment="demo",
        nats_url=nats_url,
        rest_port=1,
        public_url=ISSUER,
        jwks_url="http://x",
        token_url="http://x",
        client_id="notifications",
        client_secret=SecretStr("synthetic"),
        database_url=SecretStr("postgresql://x"),
        applications_grpc="x:1",
        identity_grpc="x:1",
        smtp_host="x",
        smtp_port=25,
        mail_from="mpp@mpp.example.id",
        retry_seconds=(0.2, 0.5),
        poll_seconds=0.05,
    )


async def until(true: Callable[[], Any], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_two_replicas_tell_and_mail_everything_once_and_in_order(
    world: World, publisher: Publisher, nats_url: str
) -> None:
    applications = [uuid4() for _ in range(8)]
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(Replica(settings(nats_url), world))
        await asyncio.gather(*(publisher.life(application, world.clock) for application in applications))
        world.smtp.rcpt = ["451 later"] * 5
        sent = "SELECT count(*) AS n FROM deliveries WHERE state = 'SENT'"

        async def all_sent() -> bool:
            return bool((await world.rows(sent))[0]["n"] == 24)

        await until(all_sent)
    (row,) = await world.rows("SELECT count(*) AS n, count(DISTINCT (application, event_type)) AS d FROM inbox_entries")
    assert (row["n"], row["d"]) == (24, 24)
    ids = [mail["Message-ID"] for mail in world.smtp.mails]
    assert (len(ids), len(set(ids))) == (24, 24)
    facts = await world.facts_told()
    for application in applications:
        for channel in ("inbox", "email"):
            versions = [
                data["applicationVersion"]
                for kind, data in facts
                if kind == "MessageDelivered" and data["application"] == str(application) and data["channel"] == channel
            ]
            assert versions == [1, 3, 4]
    heard = await world.rows("SELECT version FROM inbox WHERE consumer = 'APPLICATIONS:notifications'")
    assert [row["version"] for row in heard] == [4] * 8


async def test_everything_delivered_again_changes_nothing(world: World, publisher: Publisher, nats_url: str) -> None:
    application = uuid4()
    async with Replica(settings(nats_url), world) as replica:
        await publisher.life(application, world.clock)

        async def three() -> bool:
            return len(await world.rows("SELECT 1 FROM deliveries WHERE state = 'SENT'")) == 3

        await until(three)
        before = await world.facts_told()
        js = replica.bus.js
        stored = [await js.get_msg("APPLICATIONS", seq) for seq in range(1, 5)]
        for message in stored:
            # Another Nats-Msg-Id, so that the stream keeps the repeat as it would outside its window.
            told = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
            headers = {**told, "Nats-Msg-Id": str(uuid4())}
            await js.publish(message.subject or "", message.data or b"", headers=headers)

        async def all_acknowledged() -> bool:
            info = await js.consumer_info("APPLICATIONS", "notifications")
            return bool(info.ack_floor and info.ack_floor.stream_seq == 8)

        await until(all_acknowledged)
        await asyncio.sleep(0.3)
    assert len(await world.rows("SELECT 1 FROM inbox_entries")) == 3
    assert len(world.smtp.mails) == 3
    assert await world.facts_told() == before


async def test_what_is_told_is_published_on_the_bus(world: World, publisher: Publisher, nats_url: str) -> None:
    async with Replica(settings(nats_url), world) as replica:
        await publisher.life(uuid4(), world.clock)

        async def published() -> bool:
            return bool((await replica.bus.js.stream_info("NOTIFICATIONS")).state.messages == 6)

        await asyncio.sleep(0.5)
        await until(published)
        message = await replica.bus.js.get_msg("NOTIFICATIONS", 1)
    assert (message.headers or {})["ce-type"] == "mpp.notifications.v1.MessageDelivered"
    assert (message.headers or {})["ce-source"] == "/mpp/notifications"
    assert b"siti" not in (message.data or b"").lower()
