"""Applications on a real database and a real bus; the other services and the agencies are the unit tests' fakes."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from mpp_applications.clients.task_channel import TaskChannel
from mpp_applications.main import UseCases, routers, wire
from mpp_applications.storage.queue import StoredAgencyQueue
from mpp_applications.storage.store import StoredApplications
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_migrations import upgrade
from mpp_runtime.rest import create_app
from mpp_runtime.tokens import TokenVerifier

from tests.integration.ledger.parts import make_settings
from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import FakeChannel, World
from tests.unit.runtime.issuer import ISSUER, Issuer

PUBLIC = "http://localhost:8080"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await upgrade("mpp_applications", database_url)
    database = Database.connect(database_url, pool_size=8, application_name="applications tests")
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> StoredApplications:
    return StoredApplications(database)


@pytest.fixture
def queue(database: Database) -> StoredAgencyQueue:
    return StoredAgencyQueue(database)


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def cases(store: StoredApplications, queue: StoredAgencyQueue, channel: FakeChannel, world: World) -> UseCases:
    return wire(store, queue, channel, PUBLIC, world.outside())


@pytest.fixture
def actors(cases: UseCases, world: World) -> Actors:
    return Actors(cases, world)


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    bus = await Bus.connect(make_settings(nats_url=nats_url), "applications")
    yield bus
    await bus.close()


@pytest.fixture
def cases_on_bus(store: StoredApplications, queue: StoredAgencyQueue, bus: Bus, world: World) -> UseCases:
    return wire(store, queue, TaskChannel(bus), PUBLIC, world.outside())


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def app(cases: UseCases, world: World, issuer: Issuer) -> FastAPI:
    verifier = TokenVerifier(issuer.jwks, ISSUER)
    made = create_app(make_settings(), service="applications", title="Applications", description="", verifier=verifier)
    for router in routers(cases, world.clock):
        made.include_router(router)
    return made


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield client
