"""A sample of the schedules of `make chaos`, and proof that the checker finds what it is for, on one running mall.

MPP_CHAOS_SEED chooses another sample.
"""

import json
import os
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from mpp_cli.check.run import compare, snapshot
from mpp_embedded import free_port

from tests.chaos.mall import ChaosMall, chaos_mall
from tests.chaos.plants import PLANTS, Plant, planted
from tests.chaos.rig import Rig
from tests.chaos.schedules import Schedule, every

pytestmark = pytest.mark.timeout(400)
SEED = os.environ.get("MPP_CHAOS_SEED", "20261124")
SIZE = 1
# The window every project forgets, and the power cut: always. They also leave every kind of row for the checker.
ALWAYS = [
    Schedule("rejection", "applications", "ledger.after_commit[ApplicationSubmitted]:kill"),
    Schedule("issue", kill="everything", step="submit"),
]
SHORT = [one for one in every() if one.story != "issue" and one not in ALWAYS]
SAMPLE = [*random.Random(SEED).sample(SHORT, SIZE), *ALWAYS]


@pytest.fixture(scope="module")
def mall(servers_dir: Path) -> Iterator[ChaosMall]:
    with chaos_mall(servers_dir / "chaos", free_port()) as mall:
        yield mall


@pytest.fixture(scope="module")
def rig(mall: ChaosMall, tmp_path_factory: pytest.TempPathFactory) -> Rig:
    return Rig(mall, tmp_path_factory.mktemp("diaries"))


@pytest.mark.parametrize("schedule", SAMPLE, ids=lambda one: one.name)
def test_nothing_is_lost_doubled_or_skipped(rig: Rig, schedule: Schedule) -> None:
    outcome = rig.run(schedule)
    assert not outcome.wrong, f"seed {SEED}: " + "\n".join(outcome.wrong)


def test_it_runs_as_an_ordinary_user(mall: ChaosMall) -> None:
    if os.geteuid() == 0 and not mall.ordinary:
        pytest.skip("we are root, and setpriv is missing or the user nobody cannot start this interpreter")
    assert 0 not in mall.users()


@pytest.fixture(scope="module")
def lived(mall: ChaosMall, rig: Rig) -> ChaosMall:
    """A mall in which a permit was issued."""
    if not rig.issued:
        assert rig.run(Schedule("issue")).wrong == []
    return mall


@pytest.mark.parametrize("plant", PLANTS, ids=lambda one: f"{one.what}-{one.promise}")
async def test_the_checker_finds_what_is_planted(lived: ChaosMall, rig: Rig, plant: Plant) -> None:
    where = lived.sources(*rig.diaries())
    async with AsyncExitStack() as stack:
        databases = {plant.database: await stack.enter_async_context(planted(lived, plant))}
        for service in sorted(where.databases.keys() - databases.keys()):
            databases[service] = await stack.enter_async_context(snapshot(where.databases[service]))
        report = await compare(databases, where)
    assert any(plant.promise == one.promise and plant.words in one.what for one in report.findings), [
        str(one) for one in report.findings
    ]


def test_mpp_check_says_that_all_is_well_and_fails_when_it_is_not(lived: ChaosMall) -> None:
    sound = lived.mpp("check", "--json", "--patience", "30")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    told = json.loads(sound.stdout)
    assert told["ok"] is True
    assert told["checked"]["applications"] >= 1
    diary = lived.data.root / "diary.jsonl"  # where the mall's own user may read it
    diary.write_text('{"op": "a", "verb": "create", "event": "ok", "application": "gone", "version": 1}\n')
    broken = lived.mpp("check", "--history", str(diary), "--patience", "0")
    assert broken.returncode == 1
    assert "✗ I1" in broken.stdout
    assert "application=gone" in broken.stdout
    diary.write_text("not JSON\n")
    unreadable = lived.mpp("check", "--history", str(diary))
    assert unreadable.returncode == 1
    assert "line 1" in unreadable.stderr


def test_a_failpoint_that_cannot_be_is_refused_and_the_service_goes_on(lived: ChaosMall) -> None:
    running = lived.mpp("start", "catalog", "--failpoint", "ledger.before_commit:kill")
    assert running.returncode == 1
    assert "mpp stop catalog" in running.stderr
    server = lived.mpp("start", "postgres", "--failpoint", "ledger.before_commit:kill")
    assert server.returncode == 1
    assert "no failpoints" in server.stderr
    assert lived.mpp("stop", "catalog").returncode == 0
    unknown = lived.mpp("start", "catalog", "--failpoint", "ledger.before_comit:kill")
    assert unknown.returncode == 1
    assert "there is no 'ledger.before_comit' here" in unknown.stderr
    lived.wait_ready()
