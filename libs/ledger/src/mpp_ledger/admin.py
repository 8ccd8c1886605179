"""What an operator does with the ledger and with parked events: `python -m mpp_<service> events ...`."""

import argparse
import dataclasses
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from mpp_ledger import parked
from mpp_ledger.bus import Bus
from mpp_ledger.consumer import OrderedConsumer
from mpp_ledger.database import Database
from mpp_ledger.measures import lag
from mpp_ledger.relay import send
from mpp_ledger.sql import run

_PAGE = 500


async def run_events(
    arguments: argparse.Namespace,
    *,
    database: Database,
    bus: Bus,
    stream: str,
    source: str,
    consumers: Sequence[OrderedConsumer] = (),
) -> int:
    """Does what `arguments` say and prints JSON lines; the exit code is 1 if something is left to mend."""
    if arguments.action == "lag":
        _print(await lag(database, stream))
    elif arguments.action == "republish":
        _print({"sent": await republish(database, bus, stream, source, arguments.key)})
    elif arguments.action == "rebase":
        await rebase(database, stream)
    elif arguments.parked_action == "list":
        async with database.read() as session:
            status = None if arguments.all else "parked"
            for one in await parked.list_parked(session, arguments.consumer, arguments.key, status):
                _print(dataclasses.asdict(one) | {"hash": one.hash.hex(), "body": one.body.decode("utf-8", "replace")})
    else:
        chosen = [c for c in consumers if arguments.consumer in (None, c.name)]
        if not chosen:
            raise SystemExit("no such consumer; there are: " + ", ".join(c.name for c in consumers))
        if arguments.parked_action == "replay":
            counts = {c.name: await c.replay(arguments.key) for c in chosen}
            _print(counts)
            return int(any(count["failed"] or count["behind"] for count in counts.values()))
        discarded = await chosen[0].discard(arguments.key, arguments.version, arguments.reason)
        _print({"discarded": discarded})
        return int(not discarded)
    return 0


async def republish(database: Database, bus: Bus, stream: str, source: str, key: str | None = None) -> int:
    """Sends what the relay has sent before once more, in the same order (a lost stream is rebuilt by it)."""
    await bus.ensure_stream(stream, [f"mpp.{stream.lower()}.v1.>"])
    sent = 0
    async for rows in _pages(database, stream, key):
        for row in rows:
            # One at a time: what the stream still holds is not in this order behind what it has lost.
            await send(bus, stream, source, [row])
        sent += len(rows)
    return sent


async def _pages(database: Database, stream: str, key: str | None) -> AsyncIterator[Sequence[Any]]:
    tx, seq = "0", 0
    while True:
        async with database.read() as session:
            found = await run(
                session,
                """
                SELECT * FROM events
                WHERE (tx, seq) > (CAST(CAST(:tx AS text) AS xid8), :seq) AND key = coalesce(CAST(:key AS text), key)
                  AND (tx, seq) <= (SELECT tx, seq FROM relay_cursor WHERE stream = :stream)
                ORDER BY tx, seq LIMIT :page
                """,
                tx=tx,
                seq=seq,
                key=key,
                stream=stream,
                page=_PAGE,
            )
            rows = found.mappings().all()
        if not rows:
            return
        yield rows
        tx, seq = str(rows[-1]["tx"]), rows[-1]["seq"]


async def rebase(database: Database, stream: str) -> None:
    """Sets the ledger and the relay's cursor back below every transaction of this cluster.

    A dump restored into another cluster needs it, because transaction ids begin anew there. What was sent can no
    longer be told from what was not: the relay sends the whole ledger once more, and consumers ignore what they know.
    """
    async with database.transaction() as transaction:
        await run(transaction.session, "UPDATE events SET tx = '1'")
        await run(
            transaction.session, "UPDATE relay_cursor SET tx = '1', seq = 0 WHERE stream = :stream", stream=stream
        )


def _print(value: Any) -> None:
    print(orjson.dumps(value, default=str).decode())
