"""The load tool itself: it counts what was answered, and fails at an answer that was not the expected one."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import jsonschema_rs
import pytest
import yaml
from mpp_applications.main import wire
from mpp_applications.storage.queue import StoredAgencyQueue
from mpp_applications.storage.store import StoredApplications
from mpp_catalog.main import check
from mpp_embedded import free_port
from mpp_embedded.postgres import BINARIES
from mpp_ledger.database import Database
from mpp_ledger.sql import run
from mpp_migrations import upgrade

from tests.load import client, mall, report, rows, yardsticks
from tests.load.cases import Ratio, Result, ratios
from tests.load.client import AnswerRefused, Plan, Round, drive
from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import FakeChannel, World


@pytest.fixture
async def statement(database_url: str) -> AsyncIterator[str]:
    """Writes the rows of an application that was really handed in."""
    await upgrade("mpp_applications", database_url)
    database, world = Database.connect(database_url), World()
    cases = wire(StoredApplications(database), StoredAgencyQueue(database), FakeChannel(), "", world.outside())
    application = await Actors(cases, world).submitted()
    async with database.read() as session:
        key = (await run(session, "SELECT key FROM idempotency_keys")).scalar_one()
    yield await rows.statement_of(database_url, application, key)
    await database.close()


@pytest.fixture
def bare(database_url: str, statement: str) -> Iterator[yardsticks.Yardsticks]:
    answer = base64.b64encode(b'{"bare": true}').decode()
    given = yardsticks.Yardsticks(free_port(), free_port(), answer, statement, database_url)
    with yardsticks.serving(given):
        yield given


async def written(database_url: str) -> list[int]:
    connection = await asyncpg.connect(database_url)
    try:
        return [await connection.fetchval(f"SELECT count(*) FROM load.{table}") for table in rows.TABLES]
    finally:
        await connection.close()


async def test_each_answer_is_counted_once_and_wrote_the_rows_of_one_submit(
    bare: yardsticks.Yardsticks, database_url: str
) -> None:
    asked = client.request("POST", "/submit", {"Idempotency-Key": client.KEY}, "{}")
    found = await asyncio.to_thread(drive, Plan(bare.bare_port, [asked], 4, 30, expect=201, most=40))
    assert len(found.milliseconds) == 40
    assert found.per_second == pytest.approx(40 / found.seconds)
    keys, applications, history, tasks, events = await written(database_url)
    assert (keys, applications, tasks) == (40, 40, 40)
    assert history == events > 40


async def test_one_answer_that_is_not_the_expected_one_fails_the_run(bare: yardsticks.Yardsticks) -> None:
    asked = [client.request("GET", path, {}) for path in ("/read", "/read", "/nowhere")]
    with pytest.raises(AnswerRefused, match="answered 404, not 200: Not Found"):
        await asyncio.to_thread(drive, Plan(bare.bare_port, asked, 2, 30, most=12))


def test_a_server_that_is_not_there_fails_the_run() -> None:
    with pytest.raises(AnswerRefused, match="ConnectionRefusedError"):
        drive(Plan(free_port(), [client.request("GET", "/", {})], 1, 1))


async def test_pgbench_writes_the_same_rows(tmp_path: Path, database_url: str, statement: str) -> None:
    script = tmp_path / "submit.sql"
    script.write_text(f"{statement};\n")
    found = await asyncio.to_thread(rows.pgbench, BINARIES / "pgbench", database_url, script, 2, 1, tmp_path)
    assert (await written(database_url))[1] == len(found.milliseconds) > 0


def test_the_public_service_of_the_benchmark_is_a_right_one_and_its_answers_fit(tmp_path: Path) -> None:
    mall.definitions(tmp_path / "definitions")
    assert check([tmp_path / "definitions"]) == []
    document = yaml.safe_load((tmp_path / "definitions" / "public_services" / f"{mall.SERVICE}.yaml").read_text())
    jsonschema_rs.validate(document["form"]["schema"], mall.answers())
    assert document["requirements"] == []


def test_a_ratio_is_taken_round_by_round() -> None:
    subject = Result("submit", 16, [Round(1.0, [5.0] * n) for n in (10, 30, 20)], {"applications": 0.6})
    yardstick = Result("bare submit", 16, [Round(1.0, [1.0] * n) for n in (100, 100, 50)])
    assert ratios([subject, yardstick]) == [Ratio("submit", "bare submit", 16, 0.3, 0.1, 0.4)]
    assert subject.cpu_milliseconds() == {"applications": 10.0}


def test_what_was_measured_is_written_down(tmp_path: Path) -> None:
    found = [
        Result("submit", 1, [Round(2.0, [1.0, 2.0, 3.0, 100.0])], {"applications": 0.4}),
        Result("bare submit", 1, [Round(1.0, [1.0])]),
    ]
    paths = report.write(tmp_path, found, ratios(found), {"rounds": 1})
    assert all(path.stat().st_size for path in paths)
    told = report.as_json(found, ratios(found), {})["results"][0]
    assert (told["requests"], told["per_second"]["median"], told["p50_ms"], told["p99_ms"]) == (4, 2.0, 3.0, 100.0)
