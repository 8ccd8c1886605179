"""The catalogue on a real database, seeded once with the shipped definitions for the tests that only read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from mpp_catalog.domain.drafts import Officer
from mpp_catalog.main import Neighbours, Parts, build, publish
from mpp_catalog.settings import CatalogSettings
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_migrations import upgrade
from mpp_runtime.tokens import TokenVerifier
from mpp_testing.backends import Databases
from pydantic import SecretStr

from tests.unit.runtime.issuer import ISSUER, Issuer

DEFINITIONS = Path(__file__).parents[3] / "definitions"


@dataclass
class Templates:
    """Notifications: finds what the test tells it to find."""

    problems: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def check(self, event: str, language: str, subject: str, body: str) -> list[str]:
        self.asked.append((event, language))
        return self.problems


@dataclass
class Operators:
    """Identity: knows these national operators."""

    known: list[Officer] = field(
        default_factory=lambda: [
            Officer(f"0198c0de-0000-7000-8000-00000000000{number}", f"Operator {number}", f"Position {number}")
            for number in (1, 2, 3)
        ]
    )

    async def national_operators(self) -> list[Officer]:
        return self.known


def neighbours() -> Neighbours:
    """Notifications that finds nothing wrong, and identity with three operators."""
    return Neighbours(Templates(), Operators())


def make_settings(nats_url: str) -> CatalogSettings:
    return CatalogSettings(
        environment="demo",
        nats_url=nats_url,
        rest_port=0,
        definitions_dir=DEFINITIONS,
        public_url=ISSUER,
        jwks_url="http://127.0.0.1:1/jwks",
        token_url="http://127.0.0.1:1/token",
        client_id="catalog",
        client_secret=SecretStr("synthetic"),
    )


@pytest.fixture(scope="session")
def seeded_url(postgres: Databases) -> Iterator[str]:
    """URL of a database that holds the definitions of this repository. Only for reading."""
    url = postgres.create_database()

    async def seed() -> None:
        await upgrade("mpp_catalog", url)
        database = Database.connect(url)
        try:
            await publish(database, DEFINITIONS, None, Templates())
        finally:
            await database.close()

    asyncio.run(seed())
    yield url
    postgres.drop_database(url)


@pytest.fixture
async def seeded(seeded_url: str) -> AsyncIterator[Database]:
    database = Database.connect(seeded_url)
    yield database
    await database.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty catalogue of the test's own."""
    await upgrade("mpp_catalog", database_url)
    database = Database.connect(database_url)
    yield database
    await database.close()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def parts(seeded: Database, nats_server: str, issuer: Issuer) -> AsyncIterator[Parts]:
    """The whole catalogue on the seeded database."""
    settings = make_settings(nats_server)
    bus = await Bus.connect(settings, "catalog")
    yield build(settings, seeded, bus, TokenVerifier(issuer.jwks, ISSUER), neighbours())
    await bus.close()


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """The public API; answers in English."""
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    headers = {"Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog", headers=headers) as client:
        yield client
