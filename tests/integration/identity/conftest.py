"""identity on a real database; notifications and the population agency are fakes behind its ports."""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
from mpp_identity.clients.signing import SigningKeys
from mpp_identity.domain.contacts import Contact
from mpp_identity.domain.keyed_hash import KeyedHash
from mpp_identity.domain.nik import Nik
from mpp_identity.main import Identity, build
from mpp_identity.settings import IdentitySettings
from mpp_identity.storage import Cipher, DatabaseStore
from mpp_identity.use_cases.ports import PopulationAnswer, World
from mpp_ledger.database import Database
from mpp_migrations import upgrade
from mpp_runtime.errors import Text, TryLater
from mpp_runtime.ids import new_id
from mpp_testing.backends import Databases
from pydantic import SecretStr

ISSUER = "http://localhost:8080"
CALLBACK = "http://127.0.0.1:54321/callback"
ENCRYPTION, LOOKUP = secrets.token_bytes(32), secrets.token_bytes(32)
SIGNING = SigningKeys.generate()
DEMO_DIR = Path(__file__).parents[3] / "definitions" / "demo"
SERVICES = {"applications": "applications-secret", "notifications": "notifications-secret"}
FOREIGN: dict[str, Any] = {
    "client_id": "foreign",
    "client_name": "Aplikasi Warga",
    "client_secret": "a secret with + and : and é",
    "redirect_uris": ["https://foreign.example.org/cb?tenant=1"],
    "post_logout_redirect_uris": ["https://foreign.example.org/bye"],
    "require_pkce": False,
}


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class FakeCodes:
    """notifications: keeps what it was asked to send."""

    sent: list[tuple[Contact, str, str, UUID]] = field(default_factory=list)
    away: bool = False

    async def send(self, contact: Contact, purpose: Any, code: str, language: str, request_id: UUID) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise TryLater("unavailable", Text("Belum dapat mengirim.", "Cannot send yet."))
        self.sent.append((contact, purpose, code, request_id))

    @property
    def last_code(self) -> str:
        return self.sent[-1][2]


@dataclass
class FakePopulation:
    """The population agency."""

    answer: PopulationAnswer = field(
        default_factory=lambda: PopulationAnswer("verified", "dukcapil", birth_place="Sragen")
    )
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def verify(self, nik: Nik, name: str, birth_date: str, language: str) -> PopulationAnswer:
        self.asked.append((nik.digits, name, birth_date))
        return self.answer


def settings_for(database_url: str, **changes: Any) -> IdentitySettings:
    values: dict[str, Any] = {
        "environment": "demo",
        "demo_dir": DEMO_DIR,
        "database_url": SecretStr(database_url),
        "nats_url": "nats://127.0.0.1:1",
        "rest_port": 0,
        "public_url": ISSUER,
        "catalog_grpc": "127.0.0.1:1",
        "notifications_grpc": "127.0.0.1:1",
        "nik_keys": SecretStr(
            json.dumps(
                {"encryption": base64.b64encode(ENCRYPTION).decode(), "lookup": base64.b64encode(LOOKUP).decode()}
            )
        ),
        "signing_keys": SecretStr(SIGNING),
        "service_clients": SecretStr(json.dumps(SERVICES)),
        "session_secret": SecretStr("s" * 48),
        "oidc_clients": SecretStr(json.dumps([FOREIGN])),
        "codes_an_address": 1000,
    }
    return IdentitySettings(**(values | changes))


@dataclass
class Mall:
    """The service under test and its fakes."""

    identity: Identity
    world: World
    database: Database
    clock: FakeClock
    codes: FakeCodes
    population: FakePopulation
    keys: SigningKeys
    settings: IdentitySettings

    def client(self) -> httpx.AsyncClient:
        """A browser of its own."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.identity.app), base_url=ISSUER)


async def make_mall(database_url: str, **changes: Any) -> Mall:
    settings = settings_for(database_url, **changes)
    database = Database.connect(database_url, pool_size=5)
    clock, codes, population = FakeClock(), FakeCodes(), FakePopulation()
    store = DatabaseStore(database, Cipher({1: ENCRYPTION}), KeyedHash(LOOKUP))
    world = World(store, KeyedHash(LOOKUP), clock.now, new_id)
    keys = SigningKeys(SIGNING)
    identity = build(settings, world, keys, codes=codes, population=population, checks=[], equal_after=0.25)
    if identity.demo:
        await identity.administration.load_officers(identity.demo.officers, synthetic=True)
        await identity.administration.load_synthetic_people(identity.demo.people)
    return Mall(identity, world, database, clock, codes, population, keys, settings)


@pytest.fixture(scope="session")
def template(postgres: Databases) -> Iterator[str]:
    """A migrated database with the demonstration's people, to be copied: half a second instead of two for each test."""
    url = postgres.create_database()

    async def fill() -> None:
        await upgrade("mpp_identity", url)
        await (await make_mall(url)).database.close()

    # A thread of its own, because a test's event loop may be running already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, fill()).result()
    yield url
    postgres.drop_database(url)


@pytest.fixture
async def migrated(postgres: Databases, template: str) -> AsyncIterator[str]:
    source, name = urlsplit(template).path.lstrip("/"), f"test_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(postgres.admin_url)
    # The role of the template owns its copy too.
    await admin.execute(f"CREATE DATABASE {name} OWNER {source} TEMPLATE {source} STRATEGY WAL_LOG")
    yield urlunsplit(urlsplit(template)._replace(path=f"/{name}"))
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def mall(migrated: str) -> AsyncIterator[Mall]:
    made = await make_mall(migrated)
    yield made
    await made.database.close()


@pytest.fixture
async def production(database_url: str) -> AsyncIterator[Mall]:
    await upgrade("mpp_identity", database_url)
    made = await make_mall(database_url, environment="production")
    yield made
    await made.database.close()


@pytest.fixture
async def browser(mall: Mall) -> AsyncIterator[httpx.AsyncClient]:
    async with mall.client() as client:
        yield client


@dataclass
class Pkce:
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


def authorisation(pkce: Pkce | None = None, **changes: str | None) -> dict[str, str]:
    """A good request of mpp-cli; a change to None takes a parameter out."""
    pkce = pkce or Pkce()
    values: dict[str, str | None] = {
        "response_type": "code",
        "client_id": "mpp-cli",
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": pkce.challenge,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def query_of(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


async def begin(client: httpx.AsyncClient, parameters: dict[str, str]) -> str:
    """The transaction of a request that needs a sign-in."""
    answer = await client.get("/oidc/authorize", params=parameters)
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith("/oidc/sign-"), location
    return parse_qs(urlsplit(location).query)["transaction"][0]


async def demo_code(client: httpx.AsyncClient, account: str, parameters: dict[str, str]) -> str:
    transaction = await begin(client, parameters)
    answer = await client.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": account})
    assert answer.status_code == 303, answer.text
    return query_of(answer.headers["location"])["code"]


async def sign_in(client: httpx.AsyncClient, account: str, **changes: str | None) -> dict[str, Any]:
    """Tokens of a demonstration account by the whole flow."""
    pkce = Pkce()
    parameters = authorisation(pkce, **changes)
    code = await demo_code(client, account, parameters)
    answer = await client.post(
        "/oidc/token",
        data={
            "grant_type": "authorization_code",
            "client_id": parameters["client_id"],
            "code": code,
            "redirect_uri": parameters["redirect_uri"],
            "code_verifier": pkce.verifier,
        },
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}
