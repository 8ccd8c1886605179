"""The tool of `make load-catalog` itself: a real catalogue of one mall, each case once, a moment long."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.load import catalog


def test_every_case_is_measured_and_written_down(tmp_path: Path, database_url: str, nats_server: str) -> None:
    size = asyncio.run(catalog.filled(database_url, 1))
    found = catalog.measure(database_url, nats_server, tmp_path, rounds=1, seconds=0.05)
    paths = catalog.write(tmp_path / "out", {size: catalog.told(found)}, {"rounds": 1})
    told = json.loads(paths[0].read_text())["offerings"][str(size)]
    shipped = len(list((catalog.ROOT / "definitions/public_services").glob("*.yaml")))
    assert size == 21 * shipped + 200
    assert len(told["cases"]) == 9
    assert all(case["requests"] > 0 for case in told["cases"].values())
    assert len(told["ratios"]) == 4
    assert b"<svg" in paths[1].read_bytes()


def test_a_search_that_finds_nothing_is_not_measured(database_url: str) -> None:
    asyncio.run(catalog.filled(database_url, 1))
    with pytest.raises(RuntimeError, match="nothing was found"):
        asyncio.run(catalog._bare(database_url, ["zzzz qqqq"], False, 1))
