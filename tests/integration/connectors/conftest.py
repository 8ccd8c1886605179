"""A mall's bus with its walls, the platform's side of it, and copies of the agency under test."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.connectors.platform_side import Platform
from tests.integration.connectors.walls import Copy, Walls

AGENCY = Path(__file__).with_name("agency_under_test.py")


@pytest.fixture
async def walls(tmp_path: Path) -> AsyncIterator[Walls]:
    async with Walls(tmp_path).running() as built:
        yield built


@pytest.fixture
async def platform(walls: Walls) -> Platform:
    return await Platform(walls).start()


@pytest.fixture
def copy(walls: Walls, tmp_path: Path) -> Iterator[Callable[..., Copy]]:
    """Makes copies of the agency under test; `number` tells them apart."""
    made: list[Copy] = []

    def make(number: int = 1, code: str = "uji", command: list[str] | None = None, **extra: str) -> Copy:
        folder = tmp_path / f"{code}-{number}"
        made.append(Copy(walls, code, folder, command or [str(AGENCY)], **extra))
        return made[-1]

    yield make
    for one in made:
        one.kill()
