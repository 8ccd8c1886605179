"""The outbox: what was answered stays answered, and leaves only with a receipt."""

import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from mpp_connector.outbox import Outbox

TASK = "0198f3a0-0000-7000-8000-000000000001"


def body(task: str = TASK, outcome: str = "accepted", until: datetime | None = None) -> dict[str, Any]:
    return {
        "result": str(uuid4()),
        "task": task,
        "agency": "sdmk",
        "outcome": outcome,
        "data": {},
        "reasons": [],
        "until": until.isoformat() if until else None,
        "at": datetime.now(UTC).isoformat(),
        "simulated": True,
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    box = Outbox(path)
    yield box
    box.close()


def test_a_stored_result_is_due_at_once_and_survives(outbox: Outbox, path: Path) -> None:
    stored = body()
    outbox.store(stored, name="check", traceparent="00-a-b-01")
    again = Outbox(path)
    (due,) = again.due(time.time(), 10)
    assert due.body == stored
    assert (due.state, due.attempts, due.traceparent, due.name) == ("pending", 0, "00-a-b-01", "check")
    again.close()


def test_only_the_owner_can_read_the_file(outbox: Outbox, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_postponed_result_waits(outbox: Outbox) -> None:
    stored = body()
    outbox.store(stored, name="check", traceparent=None)
    later = time.time() + 100
    outbox.postpone(stored["result"], later, "TimeoutError")
    assert outbox.due(time.time(), 10) == []
    assert outbox.next_due() == later
    (due,) = outbox.due(later, 10)
    assert (due.attempts, due.detail) == (1, "TimeoutError")


@pytest.mark.parametrize("state", ["recorded", "refused", "parked"])
def test_a_settled_result_is_not_sent_again_by_itself(outbox: Outbox, state: Any) -> None:
    stored = body()
    outbox.store(stored, name="check", traceparent=None)
    outbox.settle(stored["result"], state, "why")
    assert outbox.due(time.time() + 1000, 10) == []
    assert outbox.next_due() is None
    assert outbox.counts()[state] == 1
    answer = outbox.answer(TASK)
    assert answer is not None
    assert (answer.state, answer.detail) == (state, "why")


def test_a_task_that_comes_again_gets_the_same_result(outbox: Outbox) -> None:
    stored = body()
    outbox.store(stored, name="check", traceparent=None)
    outbox.settle(stored["result"], "recorded")
    outbox.send_again(stored["result"])
    (due,) = outbox.due(time.time(), 10)
    assert due.body == stored


def test_sending_again_does_not_hurry_a_result_that_waits(outbox: Outbox) -> None:
    stored = body()
    outbox.store(stored, name="check", traceparent=None)
    outbox.postpone(stored["result"], time.time() + 100, "away")
    outbox.send_again(stored["result"])
    assert outbox.due(time.time(), 10) == []


def test_an_answer_overtakes_a_later_that_was_not_sent(outbox: Outbox) -> None:
    outbox.store(body(outcome="later", until=datetime.now(UTC) + timedelta(hours=1)), name="check", traceparent=None)
    final = body()
    outbox.store(final, name="check", traceparent=None)
    assert [due.result for due in outbox.due(time.time(), 10)] == [final["result"]]
    answer = outbox.answer(TASK)
    assert answer is not None
    assert answer.result == final["result"]


def test_the_newest_answer_counts_and_others_tasks_are_left_alone(outbox: Outbox) -> None:
    first, second, other = body(outcome="later", until=datetime.now(UTC)), body(), body(task=str(uuid4()))
    outbox.store(first, name="check", traceparent=None)
    outbox.settle(first["result"], "recorded")
    outbox.store(other, name="check", traceparent=None)
    outbox.store(second, name="check", traceparent=None)
    answer = outbox.answer(TASK)
    assert answer is not None
    assert answer.result == second["result"]
    assert outbox.forget(TASK) == 2
    assert outbox.answer(TASK) is None
    assert outbox.counts()["pending"] == 1


def test_a_body_that_breaks_the_rules_leaves_nothing_behind(outbox: Outbox) -> None:
    waiting = body(outcome="later", until=datetime.now(UTC) + timedelta(hours=1))
    outbox.store(waiting, name="check", traceparent=None)
    with pytest.raises(Exception, match="CHECK constraint"):
        outbox.store(body(outcome="maybe"), name="check", traceparent=None)
    answer = outbox.answer(TASK)
    assert answer is not None
    assert answer.result == waiting["result"]
    outbox.store(body(task=str(uuid4())), name="check", traceparent=None)


def test_only_old_receipted_results_are_purged(outbox: Outbox) -> None:
    recorded, pending = body(), body(task=str(uuid4()))
    outbox.store(recorded, name="check", traceparent=None)
    outbox.store(pending, name="check", traceparent=None)
    outbox.settle(recorded["result"], "recorded")
    assert outbox.purge(time.time() - 10) == 0
    assert outbox.purge(time.time() + 10) == 1
    assert outbox.counts() == {"pending": 1, "recorded": 0, "refused": 0, "parked": 0}
