"""A database with the runtime's tables, a bus, and background tasks that end with the test."""

from collections.abc import AsyncIterator

import pytest
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.schema import runtime_tables
from mpp_ledger.sql import run

from tests.integration.ledger.parts import make_settings


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url, pool_size=12, application_name="runtime tests")
    async with database.transaction() as transaction:
        for statement in runtime_tables():
            await run(transaction.session, statement)
        await run(transaction.session, "CREATE TABLE effects (n serial, key text, version bigint)")
    yield database
    await database.close()


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    bus = await Bus.connect(make_settings(nats_url=nats_url), "applications")
    yield bus
    await bus.close()
