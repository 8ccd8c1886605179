"""One service's ledger: numbered without gaps, chained, sent; and what its consumers did not get through.

The hash is computed here anew from docs/events.md, not by the code that wrote it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from mpp_cli.check.finding import Finding

FIRST = bytes(32)
PAGE = 1000


class Fact(NamedTuple):
    """One row of a ledger; `type` without the package, `sent` whether the relay's cursor has passed it."""

    key: str
    version: int
    type: str
    sent: bool


@dataclass
class Ledger:
    """A whole ledger, read: about half a kilobyte of memory an event.

    `hashes`: key to the hashes of its versions 1, 2, ...
    """

    service: str
    facts: dict[UUID, Fact] = field(default_factory=dict)
    hashes: dict[str, list[bytes]] = field(default_factory=dict)


async def read(service: str, connection: asyncpg.Connection, found: list[Finding]) -> Ledger:
    """The ledger, with what is wrong with its numbers and chains added to `found`. Needs an open transaction."""
    ledger = Ledger(service)
    statement = """
        SELECT e.id, e.key, e.version, e.type, e.at, e.body, e.prev_hash, e.hash, (e.tx, e.seq) <= (c.tx, c.seq) AS sent
        FROM events e LEFT JOIN relay_cursor c ON c.stream = $1 ORDER BY e.key, e.version
    """
    async for row in connection.cursor(statement, service.upper(), prefetch=PAGE):
        fact = Fact(row["key"], row["version"], row["type"].rpartition(".")[2], bool(row["sent"]))
        ledger.facts[row["id"]] = fact
        found += broken(service, row, ledger.hashes.setdefault(row["key"], []))
    return ledger


def broken(service: str, row: Mapping[str, Any], before: list[bytes]) -> Iterator[Finding]:
    """What is wrong with the next event of its key; its hash is added to those before."""
    ids = {"service": service, "key": row["key"], "version": row["version"], "event": str(row["id"])}
    if row["version"] != len(before) + 1:
        yield Finding("I3", f"version {len(before) + 1} is missing from the ledger", ids)
        before += [FIRST] * (row["version"] - 1 - len(before))
    elif row["prev_hash"] != (before[-1] if before else FIRST):
        yield Finding("I3", "the event is not chained to the one before", ids)
    if row["hash"] != hash_of(row):
        yield Finding("I3", "the event's hash is not the hash of what it says", ids)
    before.append(row["hash"])


def hash_of(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over prev_hash and the canonical JSON of {data, id, key, time, type, version}."""
    told = {
        "data": json.loads(row["body"]),
        "id": str(row["id"]),
        "key": row["key"],
        "time": time_text(row["at"]),
        "type": row["type"],
        "version": row["version"],
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(row["prev_hash"] + text.encode()).digest()


def time_text(at: datetime) -> str:
    """UTC with six decimals and `Z`, as it is hashed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def unsent(ledger: Ledger) -> Iterator[Finding]:
    """What the relay has not sent yet."""
    waiting = [fact for fact in ledger.facts.values() if not fact.sent]
    if waiting:
        ids = {"service": ledger.service, "key": waiting[0].key, "version": waiting[0].version}
        yield Finding("I9", f"{len(waiting)} facts are not sent yet: mpp events {ledger.service} lag", ids, True)


async def parked(service: str, connection: asyncpg.Connection) -> list[Finding]:
    """Facts of others that this service put aside, and those it is still trying."""
    aside = await connection.fetch(
        "SELECT consumer, key, version, reason FROM parked_events WHERE status = 'parked' ORDER BY parked_at"
    )
    tried = await connection.fetch("SELECT consumer, key, version, attempts FROM inbox_attempts ORDER BY at")
    hint = f"mpp events {service} parked list"
    return [
        *(
            Finding("I10", f"put aside ({row['reason']}): {hint}", {"key": row["key"], "version": row["version"]})
            for row in aside
        ),
        *(
            Finding("I9", f"tried {row['attempts']} times", {"key": row["key"], "version": row["version"]}, True)
            for row in tried
        ),
    ]


async def heard(service: str, consumer: str, connection: asyncpg.Connection, source: Ledger) -> list[Finding]:
    """How far a consumer has come with each key, against the ledger it hears."""
    found: list[Finding] = []
    rows = await connection.fetch("SELECT key, version, hash FROM inbox WHERE consumer = $1", consumer)
    inbox = {row["key"]: row for row in rows}
    for key, hashes in source.hashes.items():
        row = inbox.pop(key, None)
        version = row["version"] if row else 0
        ids = {"service": service, "key": key, "heard": version, "ledger": len(hashes)}
        if row and (version > len(hashes) or row["hash"] != hashes[version - 1]):
            found.append(Finding("I2", "the subscriber heard something that is not in the ledger", ids))
        elif version < len(hashes):
            found.append(Finding("I9", "the subscriber has not heard everything yet", ids, True))
    for key in inbox:
        found.append(Finding("I2", "the subscriber heard of something that is not in the ledger", {"key": key}))
    return found
