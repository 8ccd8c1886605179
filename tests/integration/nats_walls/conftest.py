"""The real server with the generated accounts; agencies connect without the SDK, to try what it never would."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.connectors.walls import Walls


@pytest.fixture
async def walls(tmp_path: Path) -> AsyncIterator[Walls]:
    built = Walls(tmp_path)
    built.server.start()
    await built.make_consumers()
    yield built
    await built.close()
    built.server.stop()
