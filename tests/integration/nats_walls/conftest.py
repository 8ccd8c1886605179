"""The real server with the generated accounts; agencies connect without the SDK, to try what it never would."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.connectors.walls import Walls


async def _furnish(walls: Walls) -> None:
    """Consumers, and one task that waits for agency lain."""
    await walls.make_consumers()
    applications = await walls.as_core("applications")
    await applications.client.jetstream().publish("agency.lain.task.check", b"lain's task")
    await walls.close()


@pytest.fixture(scope="module")
def standing_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walls]:
    built = Walls(tmp_path_factory.mktemp("walls"))
    built.server.start()
    asyncio.run(_furnish(built))
    yield built
    built.server.stop()


@pytest.fixture
async def standing(standing_server: Walls) -> AsyncIterator[Walls]:
    """A server shared by the tests that leave it as it is; a task of lain waits in it."""
    yield standing_server
    await standing_server.close()


@pytest.fixture
async def walls(tmp_path: Path) -> AsyncIterator[Walls]:
    """A server of the test's own."""
    async with Walls(tmp_path).running() as built:
        yield built
