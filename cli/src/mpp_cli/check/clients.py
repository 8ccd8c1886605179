"""What clients were told against what is there: the history a load or fault run writes, one JSON object a line.

    {"op": "7f...", "verb": "create", "event": "invoke", "key": "..."}
    {"op": "7f...", "verb": "create", "event": "info", "status": 503}
    {"op": "7f...", "verb": "create", "event": "ok", "status": 201, "application": "...", "version": 1}

`op` names one intention, whatever number of tries it takes; `event` is invoke, ok (done), fail (refused: nothing was
done) or info (nobody knows: no answer, or a 5xx). `verb` is create, attach, submit, withdraw or an officer's action.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from mpp_cli.check.finding import Finding

# How each verb shows in the history: by the name of its fact, else by its action.
_FACTS = {"create": "ApplicationDrafted", "attach": "AttachmentsChanged"}


@dataclass
class Operation:
    """One intention and how it ended: "ok", "fail" or, while nobody knows, "info"."""

    op: str
    verb: str
    outcome: str = "info"
    key: str = ""
    application: str = ""
    version: int = 0


@dataclass(frozen=True)
class Recorded:
    """One line of history, as far as clients can know it."""

    application: str
    version: int
    event: str
    action: str


def read(files: Iterable[Path]) -> tuple[dict[str, Operation], list[Finding]]:
    """Every intention, and a finding for each answer 500. Raises ValueError for a line that is no such object."""
    operations: dict[str, Operation] = {}
    found = []
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            try:
                told = json.loads(line)
                one = operations.setdefault(told["op"], Operation(told["op"], told["verb"]))
                event = told["event"]
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise ValueError(f"{file}, line {number}: not a line of a client's history ({error!r})") from error
            one.key = told.get("key") or one.key
            one.application = told.get("application") or one.application
            if event == "ok":
                one.version = told.get("version", 0)
            if event in {"ok", "fail"}:
                one.outcome = event
            if told.get("status") == 500:
                found.append(Finding("I12", f"{one.verb} was answered 500", {"op": one.op}))
    return operations, found


async def check(connection: asyncpg.Connection, operations: dict[str, Operation]) -> list[Finding]:
    """The clients' intentions against the database of applications."""
    lines = await connection.fetch("SELECT application::text, version, event, action FROM history")
    keys = await connection.fetch(
        r"SELECT key, substring(headers ->> 'Location' FROM '/applications/([0-9a-f-]{36})$') AS made "
        "FROM idempotency_keys WHERE headers ->> 'Location' IS NOT NULL"
    )
    recorded = [Recorded(row["application"], row["version"], row["event"], row["action"]) for row in lines]
    return list(compare(operations.values(), recorded, {row["key"]: row["made"] for row in keys}))


def compare(
    operations: Iterable[Operation], recorded: Iterable[Recorded], made_by: dict[str, str]
) -> Iterator[Finding]:
    """`made_by`: idempotency key to the id of what its request created."""
    versions, done = set(), Counter[tuple[str, str]]()
    for line in recorded:
        versions.add((line.application, line.version))
        done[line.application, line.event if line.event in _FACTS.values() else line.action] += 1
    outcomes: dict[tuple[str, str], Counter[str]] = {}
    for one in operations:
        ids = {"op": one.op, "application": one.application}
        if one.verb == "create":
            made = made_by.get(one.key, "")
            if one.outcome == "ok" and made != one.application:
                yield Finding("I1", "create was acknowledged, and its key is not remembered with what it made", ids)
            one.application = one.application or made
        if one.outcome == "ok" and (one.application, one.version) not in versions:
            yield Finding("I1", f"{one.verb} was acknowledged at version {one.version}, which is not there", ids)
        what = (one.application, _FACTS.get(one.verb, one.verb))
        outcomes.setdefault(what, Counter())[one.outcome] += 1
    mine = {application for application, _ in outcomes}
    for what in sorted({*outcomes, *(what for what in done if what[0] in mine and what[1])} - {("", _FACTS["create"])}):
        told = outcomes.get(what, Counter())
        if not told["ok"] <= done[what] <= told["ok"] + told["info"]:
            asked = f"acknowledged {told['ok']} times, unknown {told['info']} times"
            ids = {"application": what[0], "verb": what[1]}
            yield Finding("I1", f"there {done[what]} times; {asked}", ids)
