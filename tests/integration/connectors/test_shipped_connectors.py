"""The connectors of this repository as processes, on the accounts made from the shipped definitions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mpp_cli import nats_config

from tests.integration.connectors.platform_side import Platform
from tests.integration.connectors.walls import DEFINITIONS, Copy, Walls, eventually

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
SITI, DEWI = "3314104708929001", "3314046511959003"


@pytest.fixture
async def walls(tmp_path: Path) -> AsyncIterator[Walls]:
    async with Walls(tmp_path, nats_config.load_agencies(DEFINITIONS)).running() as built:
        yield built


async def test_dukcapil_answers_and_says_it_is_simulated(platform: Platform, walls: Walls, tmp_path: Path) -> None:
    running = Copy(walls, "dukcapil", tmp_path / "copy", ["-m", "mpp_connector_dukcapil"])
    await running.start()
    try:
        person = await platform.ask("dukcapil", "person", nik=SITI)
        assert (person.outcome, person.data["name"]) == ("found", "Siti Rahmawati")
        assert person.source is not None
        assert person.source["simulated"] is True
        assert "tidak nyata" in person.source["text"]["id"]
        given = {"nik": SITI, "birth_date": "1992-08-07"}
        verified = await platform.look_up("dukcapil", "verify", given | {"name": "Siti Rahmawati"})
        assert verified.data == {"match": True, "mismatches": [], "birth_place": "Sragen"}
        wrong = await platform.look_up("dukcapil", "verify", given | {"name": "Somebody Else"})
        assert wrong.data == {"match": False, "mismatches": ["name"]}
        assert (await platform.ask("dukcapil", "person", nik="3314104708929999")).outcome == "not_found"
        assert (await platform.ask("dukcapil", "person", nik="x")).data == {"code": "request-invalid"}
        assert running.outbox() == []
        assert not running.lines("no-consumer"), "an agency without tasks asks for none"
        written = running.log_file.read_text() + running.trace_file.read_text()
        assert SITI not in written
        assert "Rahmawati" not in written
        assert await running.stop() == 0
    finally:
        running.kill()


async def test_sdmk_looks_up_and_checks(platform: Platform, walls: Walls, tmp_path: Path) -> None:
    running = Copy(walls, "sdmk", tmp_path / "copy", ["-m", "mpp_connector_sdmk"])
    await running.start()
    try:
        licence = await platform.ask("sdmk", "licence", nik=SITI)
        assert licence.data["number"] == "STR-PRW-0331-2201"

        def answers(number: str) -> dict[str, object]:
            return {"licence": {"number": number}, "sub_type": "new"}

        good = await platform.offer_input(
            "sdmk", {"nik": SITI, "name": "Siti Rahmawati", "answers": answers("STR-PRW-0331-2201")}
        )
        bad = await platform.offer_input(
            "sdmk", {"nik": DEWI, "name": "Dewi Lestari", "answers": answers("STR-PRW-0331-2203")}
        )
        await eventually(lambda: {str(good), str(bad)} <= set(platform.effects), running.log_file.read_text)
        assert platform.effects[str(good)]["outcome"] == "accepted"
        assert [reason["code"] for reason in platform.effects[str(bad)]["reasons"]] == ["licence-revoked"]
        assert all(platform.effects[str(task)]["simulated"] for task in (good, bad))
        written = running.log_file.read_text() + running.trace_file.read_text()
        assert DEWI not in written
        assert "Lestari" not in written
        assert await running.stop() == 0
    finally:
        running.kill()
