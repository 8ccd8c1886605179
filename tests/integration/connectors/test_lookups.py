"""Lookups across accounts: what the platform hears from an agency that is well, refuses, breaks, is slow or away."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from mpp_cli.keys import new_jwk_sets

from tests.integration.connectors.platform_side import Platform
from tests.integration.connectors.walls import Copy, Walls, eventually

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
MakeCopy = Callable[..., Copy]


async def test_found_says_what_by_whom_and_as_of_when(platform: Platform, copy: MakeCopy) -> None:
    await copy().start()
    answer = await platform.ask("uji", "person", say="hai")
    assert answer.outcome == "found"
    assert answer.data["echo"] == "hai"
    assert answer.as_of == datetime(2026, 1, 2, tzinfo=UTC)
    assert answer.source == {
        "agency": "uji",
        "simulated": True,
        "text": {
            "id": "Data simulasi, bukan data Instansi uji",
            "en": "Simulated data, not data of Agency under test",
        },
    }


@pytest.mark.parametrize(
    ("given", "outcome", "code"),
    [
        ({"do": "not_found"}, "not_found", None),
        ({"do": "refused"}, "refused", "protected"),
        ({"do": "busy"}, "error", "agency-busy"),
        ({"do": "invalid"}, "error", "request-invalid"),
        ({"do": "broken", "nik": "3314104708929001"}, "error", "agency-broken"),
        ({"do": "huge"}, "error", "answer-too-large"),
    ],
)
async def test_other_answers_say_who_must_act(
    platform: Platform, copy: MakeCopy, given: dict[str, Any], outcome: str, code: str | None
) -> None:
    running = await copy().start()
    answer = await platform.ask("uji", "person", **given)
    assert (answer.outcome, answer.data.get("code")) == (outcome, code)
    assert answer.source is not None
    assert answer.source["simulated"] is True
    # The connection is still there: the huge answer was refused before sending, the broken one is not contagious.
    assert (await platform.ask("uji", "person")).outcome == "found"
    assert "3314104708929001" not in running.log_file.read_text() + running.trace_file.read_text()
    assert not running.lines("connection-lost")


async def test_nobody_there_is_known_at_once(platform: Platform) -> None:
    started = time.monotonic()
    assert (await platform.ask("uji", "person")).outcome == "away"
    assert time.monotonic() - started < 0.5


async def test_too_slow_is_away_at_the_deadline_and_holds_nobody_up(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    started = time.monotonic()
    slow = asyncio.create_task(platform.ask("uji", "person", do="slow", seconds=30))
    await asyncio.sleep(0.2)
    assert (await platform.ask("uji", "person")).outcome == "found"
    assert time.monotonic() - started < 1.5
    assert (await slow).outcome == "away"
    assert 1.9 < time.monotonic() - started < 3
    # The agency's function was cut off at the deadline too: nobody waits for it.
    await eventually(lambda: [line for line in running.lines("lookup") if line["outcome"] == "expired"])


async def test_a_simulated_agency_can_be_told_to_be_away_or_slow(platform: Platform, copy: MakeCopy) -> None:
    away = await copy(SIMULATE="away").start()
    assert (await platform.ask("uji", "person")).outcome == "away"
    assert await away.stop() == 0
    await copy(2, SIMULATE="delay:5").start()
    assert (await platform.ask("uji", "person")).outcome == "away"


async def test_two_copies_share_the_questions(platform: Platform, copy: MakeCopy) -> None:
    first, second = copy(1), copy(2)
    await asyncio.gather(first.start(), second.start())
    answers = await asyncio.gather(*(platform.ask("uji", "person") for _ in range(40)))
    answered_by = Counter(answer.data["pid"] for answer in answers)
    assert sum(answered_by.values()) == 40
    assert first.process is not None
    assert second.process is not None
    assert set(answered_by) == {first.process.pid, second.process.pid}
    assert len(first.calls()) == 40, "each question was asked of one copy only"


async def test_a_question_to_another_key_is_not_answered(platform: Platform, walls: Walls, copy: MakeCopy) -> None:
    running = await copy().start()
    real = walls.jwks["uji"]
    walls.jwks["uji"] = new_jwk_sets()
    assert (await platform.ask("uji", "person")).outcome == "error"
    walls.jwks["uji"] = real
    assert (await platform.ask("uji", "person")).outcome == "found"
    assert len(running.lines("lookup-unreadable")) == 1
    assert len(running.calls()) == 1


async def test_an_answer_signed_by_another_agency_is_not_believed(
    platform: Platform, walls: Walls, copy: MakeCopy
) -> None:
    await copy().start()
    ours, theirs = walls.jwks["uji"].public, walls.jwks["lain"].public
    mixed = {"keys": [next(k for k in ours["keys"] if k["use"] == "enc"), *theirs["keys"][1:]]}
    walls.jwks["uji"].public.update(mixed)
    assert (await platform.ask("uji", "person")).outcome == "error"


async def test_a_copy_says_who_it_is_and_how_it_does(platform: Platform, copy: MakeCopy) -> None:
    await copy().start()
    await platform.ask("uji", "person")
    await platform.ask("uji", "person", do="busy")
    ping = json.loads((await platform.nc.request("srv.uji.PING", b"", timeout=2)).data)
    assert (ping["name"], ping["metadata"]["simulated"], ping["metadata"]["tasks"]) == ("uji", "true", "check")
    info = json.loads((await platform.nc.request("srv.uji.INFO.uji", b"", timeout=2)).data)
    assert [endpoint["subject"] for endpoint in info["endpoints"]] == ["agency.uji.lookup.person"]
    stats = json.loads((await platform.nc.request(f"srv.uji.STATS.uji.{ping['id']}", b"", timeout=2)).data)
    assert stats["endpoints"][0]["data"]["outcomes"] == {"found": 1, "error": 1}


async def test_the_trace_goes_through(platform: Platform, copy: MakeCopy) -> None:
    running = await copy().start()
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    task = await platform.offer(traceparent=f"00-{trace_id}-b7ad6b7169203331-01")
    await eventually(lambda: str(task) in platform.effects)
    await eventually(lambda: len(running.spans()) == 2, running.spans)
    spans = {span["name"]: span for span in running.spans()}
    assert {span["trace_id"] for span in spans.values()} == {trace_id}
    assert spans["task check"]["parent_id"] == "b7ad6b7169203331"
    assert spans["result check"]["parent_id"] == spans["task check"]["span_id"]
    assert platform.headers[0]["traceparent"] == f"00-{trace_id}-{spans['result check']['span_id']}-01"
