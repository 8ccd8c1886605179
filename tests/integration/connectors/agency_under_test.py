"""A connector whose functions do what the input tells them to; each call is a line in a journal.

Run as its own process: `python agency_under_test.py serve`, with UJI_JOURNAL naming the journal.
"""

import asyncio
import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mpp_connector import (
    Accepted,
    AgencyBusy,
    Connector,
    Found,
    Later,
    LookupAnswer,
    LookupRequest,
    NotFound,
    Reason,
    Refused,
    Rejected,
    RequestInvalid,
    Task,
    TaskAnswer,
    Text,
)

JOURNAL = Path(os.environ.get("UJI_JOURNAL", "journal.jsonl"))
SOMETHING = Text(id="Sesuatu", en="Something")
connector = Connector("uji", Text(id="Instansi uji", en="Agency under test"), simulated=True)


def note(**line: object) -> int:
    """Append a line; returns how many lines there are for the same key now."""
    with JOURNAL.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line | {"pid": os.getpid(), "at": datetime.now(UTC).isoformat()}) + "\n")
    lines = [json.loads(text) for text in JOURNAL.read_text(encoding="utf-8").splitlines()]
    return sum(1 for other in lines if other["key"] == line["key"] and other.get("step") == line.get("step"))


@connector.lookup("person")
async def person(request: LookupRequest) -> LookupAnswer:
    """Answers as `do` says."""
    note(key=request.id)
    what = request.input.get("do", "found")
    if what == "slow":
        await asyncio.sleep(float(request.input["seconds"]))
    if what == "not_found":
        return NotFound()
    if what == "refused":
        return Refused("protected", SOMETHING)
    if what == "busy":
        raise AgencyBusy
    if what == "invalid":
        raise RequestInvalid("no")
    if what == "broken":
        raise OSError(f"cannot read the record of {request.input['nik']}")
    if what == "huge":
        return Found({"text": "x" * 300_000})
    return Found({"echo": request.input.get("say", ""), "pid": os.getpid()}, as_of=datetime(2026, 1, 2, tzinfo=UTC))


@connector.task("check")
async def check(task: Task) -> TaskAnswer:
    """Does as `do` says."""
    calls = note(key=str(task.id), step="begin")
    what = task.input.get("do", "accept")
    if what == "slow":
        await asyncio.sleep(float(task.input["seconds"]))
    if what == "die" and calls == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "busy" and calls <= int(task.input["times"]):
        raise AgencyBusy(retry_after=float(task.input["pause"]))
    if what == "broken":
        raise ValueError(f"cannot parse {task.input['nik']}")
    if what == "invalid":
        raise RequestInvalid("no", target="/nik")
    note(key=str(task.id), step="end")
    if what == "reject":
        return Rejected([Reason("expired", SOMETHING, "/licence/number")])
    if what == "later" and calls == 1:
        return Later(datetime.now(UTC) + timedelta(seconds=float(task.input["seconds"])), [Reason("queue", SOMETHING)])
    if what == "huge":
        return Accepted({"text": "x" * 300_000})
    return Accepted({"echo": task.input.get("say", "")})


if __name__ == "__main__":
    connector.run()
