"""notifications on a real database, a real bus and a real SMTP server; its neighbours are fakes behind its ports."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as ParsedMail
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiosmtpd.smtp import SMTP
from mpp.applications.v1 import events_pb2
from mpp_ledger.database import Database
from mpp_migrations import migrate
from mpp_notifications.clients.smtp import SmtpMailer
from mpp_notifications.domain.facts import Contact, Facts
from mpp_notifications.domain.messages import ApplicationFact
from mpp_notifications.storage.package_data import load_routing, load_wording
from mpp_notifications.storage.store import DatabaseStore
from mpp_notifications.use_cases.record_fact import RecordFact
from mpp_notifications.use_cases.send_email import SendEmail
from mpp_notifications.use_cases.tell import Tell
from mpp_runtime.errors import NotFound, Text, TryLater
from mpp_runtime.ids import new_id
from mpp_runtime.settings import Settings
from mpp_testing.backends import Databases
from sqlalchemy import text

RETRIES = (timedelta(seconds=1), timedelta(seconds=5))
SITI = Contact(email="siti@warga.example.id", name="Siti Rahmawati", language="id")


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class FakeNeighbours:
    """applications and identity: one recipient per application, all called Siti."""

    def __init__(self) -> None:
        self.away = False
        self.unknown: set[UUID] = set()
        self.contact: Contact | None = SITI
        self.facts: dict[str, Any] = {}
        self.recipients: dict[UUID, UUID] = {}

    async def for_message(self, application: UUID, version: int) -> Facts:
        await asyncio.sleep(0)
        if self.away:
            raise TryLater("unavailable", Text("x", "x"))
        if application in self.unknown:
            raise NotFound("application-not-found", Text("x", "x"))
        plain: dict[str, Any] = {
            "recipient": self.recipients.setdefault(application, uuid4()),
            "number": f"3314-2026-{version:06d}",
            "service_name": Text(id="SIP Perawat", en="Nurse's permit"),
            "mall_name": "MPP Sragen",
            "state_label": Text(id="Pemeriksaan", en="Check"),
            "desk_label": Text(id="Petugas", en="Licensing office"),
            "promised_date": "2026-12-07",
            "reason": "",
            "corrections": (),
            "links": {"tracking": "http://localhost:8080/track"},
            "texts": {},
        }
        return Facts(**{**plain, **self.facts})

    async def get(self, person: UUID) -> Contact:
        if self.contact is None:
            raise NotFound("no-such-account", Text("x", "x"))
        return self.contact


class Journal:
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, dict[str, str | int]]] = []

    def note(self, what: str, **ids: str | int) -> None:
        self.notes.append((what, ids))

    def all(self) -> list[str]:
        return [what for what, _ in self.notes]


class SmtpServer:
    """A real SMTP server whose answers the test chooses.

    Attributes:
        rcpt, data: answers still to give, first first; then everything is accepted.
    """

    def __init__(self) -> None:
        self.rcpt: list[str] = []
        self.data: list[str | Callable[[Any], Awaitable[str]]] = []
        self.mails: list[ParsedMail] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, loop=loop, hostname="sink.example.id"), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.data.pop(0) if self.data else "250 OK"
        if isinstance(answer, str) and not answer.startswith("250"):
            return answer
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return answer if isinstance(answer, str) else await answer(server)


async def cut(server: Any) -> str:
    """The mail is taken, and the connection is lost before the answer."""
    server.transport.abort()
    return "250 OK"


@dataclass
class World:
    """notifications without its loops: each step is taken by hand."""

    database: Database
    smtp: SmtpServer
    store: DatabaseStore
    neighbours: FakeNeighbours = field(default_factory=FakeNeighbours)
    clock: FakeClock = field(default_factory=FakeClock)
    journal: Journal = field(default_factory=Journal)

    @property
    def mailer(self) -> SmtpMailer:
        return SmtpMailer(
            host="127.0.0.1",
            port=self.smtp.port,
            starttls=False,
            user="",
            password="",
            sender="MPP <mpp@mpp.example.id>",
        )

    @property
    def tell(self) -> Tell:
        return Tell(
            store=self.store,
            facts=self.neighbours,
            contacts=self.neighbours,
            routing=load_routing(),
            wording=load_wording(),
            clock=self.clock,
            new_id=new_id,
            journal=self.journal,
        )

    @property
    def send_email(self) -> SendEmail:
        return SendEmail(store=self.store, mailer=self.mailer, clock=self.clock, journal=self.journal, retries=RETRIES)

    async def hear(self, name: str = "ApplicationSubmitted", application: UUID | None = None, version: int = 2) -> UUID:
        """An event of an application is recorded; the application."""
        about = application or uuid4()
        fact = ApplicationFact(new_id(), f"mpp.applications.v1.{name}", about, version, self.clock.now())
        async with self.store.transaction() as unit:
            await RecordFact(load_routing(), new_id, self.clock)(unit, fact)
        return about

    async def tell_due(self) -> int:
        messages = await self.tell.claim(50)
        for message in messages:
            await self.tell(message)
        return len(messages)

    async def send_due(self) -> int:
        outgoing = await self.send_email.claim(50)
        for one in outgoing:
            await self.send_email(one)
        return len(outgoing)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.execute(text(sql), values)).mappings())

    async def facts_told(self) -> list[tuple[str, dict[str, Any]]]:
        """The ledger: type without package, and data, in order."""
        rows = await self.rows("SELECT type, convert_from(body, 'UTF8')::jsonb AS data FROM events ORDER BY tx, seq")
        return [(row["type"].rpartition(".")[2], row["data"]) for row in rows]


@pytest.fixture(scope="session")
def migrated_url(postgres: Databases) -> Iterator[str]:
    """URL of a migrated database of notifications; tests use it one after the other."""
    url = postgres.create_database()
    migrate("mpp_notifications", url)
    yield url
    postgres.drop_database(url)


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """A migrated database without a row."""
    opened = Database.connect(migrated_url)
    async with opened.transaction() as transaction:
        found = await transaction.session.execute(
            text(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public' "
                "AND tablename <> 'alembic_version'"
            )
        )
        await transaction.session.execute(text(f"TRUNCATE {found.scalar_one()}"))
    yield opened
    await opened.close()


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    server = SmtpServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def world(database: Database, smtp: SmtpServer) -> World:
    return World(database, smtp, DatabaseStore(database))


def settings(nats_url: str, **more: Any) -> Settings:
    """Settings of a process on this machine, on free ports."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Settings(
        environment="demo",
        nats_url=nats_url,
        rest_port=port,
        public_url="http://localhost:8080",
        jwks_url="http://127.0.0.1:1/jwks",
        token_url="http://127.0.0.1:1/token",
        client_id="notifications",
        client_secret="secret",  # type: ignore[arg-type]
        **more,
    )


@pytest.fixture
def make_settings() -> Callable[..., Settings]:
    return settings


@pytest.fixture
def cut_connection() -> Callable[[Any], Awaitable[str]]:
    return cut


@pytest.fixture
def siti() -> Contact:
    return SITI


def standing(application: UUID, status: int = events_pb2.STATUS_SUBMITTED) -> events_pb2.Standing:
    return events_pb2.Standing(application=str(application), service="sip-perawat", mall="33.14", status=status)  # type: ignore[arg-type]


@pytest.fixture
def make_standing() -> Callable[..., events_pb2.Standing]:
    return standing
