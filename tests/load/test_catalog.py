"""The tool of `make load-catalog` itself: a real catalogue of one mall, each case once, a moment long."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mpp_testing.backends import Databases

from tests.load import catalog
from tests.load.client import run

FEW = ("sip-perawat", "surat-keterangan-usaha")


@dataclass(frozen=True)
class Filled:
    """A filled database and how many offerings are in it."""

    url: str
    size: int


@pytest.fixture(scope="module")
def filled(postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """One mall's synthetic offerings beside two shipped public services; to publish all of them would take longest."""
    folder = Path(shutil.copytree(catalog.ROOT / "definitions", tmp_path_factory.mktemp("few") / "definitions"))
    for path in [*folder.glob("public_services/*.yaml"), *folder.glob("overrides/*/*.yaml")]:
        if path.stem not in FEW:
            path.unlink()
    for path in folder.glob("offerings/*.yaml"):
        path.unlink()
    # Nor is any district needed: nine in ten regions.
    regions = folder / "regions" / "regions.csv"
    lines = regions.read_text("utf-8").splitlines(keepends=True)
    regions.write_text("".join(line for line in lines if line.partition(",")[0].count(".") < 2), "utf-8")
    url = postgres.create_database()
    yield Filled(url, asyncio.run(catalog.filled(url, 1, folder)))
    postgres.drop_database(url)


def test_every_case_is_measured_and_written_down(
    tmp_path: Path, filled: Filled, nats_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client in this process: nobody looks at the figures here, and each process of its own takes a second to begin.
    monkeypatch.setattr(catalog, "drive", lambda plan: asyncio.run(run(plan)))
    found = catalog.measure(filled.url, nats_server, tmp_path, rounds=1, seconds=0.05, warm=False)
    paths = catalog.write(tmp_path / "out", {filled.size: catalog.told(found)}, {"rounds": 1})
    told = json.loads(paths[0].read_text())["offerings"][str(filled.size)]
    assert filled.size == 21 * len(FEW) + 200
    assert len(told["cases"]) == 9
    assert all(case["requests"] > 0 for case in told["cases"].values())
    assert len(told["ratios"]) == 4
    assert b"<svg" in paths[1].read_bytes()


def test_a_search_that_finds_nothing_is_not_measured(filled: Filled) -> None:
    with pytest.raises(RuntimeError, match="nothing was found"):
        asyncio.run(catalog._bare(filled.url, ["zzzz qqqq"], False, 1))
