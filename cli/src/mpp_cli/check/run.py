"""All checks together, again and again until nothing is on its way any more or the time to catch up is over."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from mpp_cli.check import applications, clients, ledger, notifications, streams
from mpp_cli.check.finding import Finding

AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Sources:
    """Where to look: `databases` is service to URL; what is None is not looked at."""

    databases: dict[str, str]
    nats_url: str | None = None
    nats_seed: Path | None = None
    files: Path | None = None
    mails: Path | None = None
    histories: Sequence[Path] = ()


@dataclass
class Report:
    """What was found, and how much was looked at; `seconds` is the time until nothing was on its way any more."""

    findings: list[Finding]
    counted: dict[str, int]
    seconds: float = 0.0


async def check(sources: Sources, patience: float) -> Report:
    """Safe on a running mall: what is on its way is wrong only once the same thing was seen for `patience` seconds.

    Raises OSError, asyncpg.PostgresError or nats.errors.Error when something cannot be read, ValueError for a history
    that is none.
    """
    begun = time.monotonic()
    first_seen: dict[object, float] = {}
    while True:
        report = await look(sources)
        report.seconds = now = time.monotonic() - begun
        on_its_way = {finding.about for finding in report.findings if finding.waiting}
        first_seen = {about: first_seen.get(about, now) for about in on_its_way}
        stuck = {about for about, since in first_seen.items() if now - since >= patience}
        # New things may come on their way for ever where people are at work: that is no fault.
        if stuck or not on_its_way or now >= 2 * patience:
            report.findings = [one for one in report.findings if not one.waiting or one.about in stuck]
            return report
        await asyncio.sleep(AGAIN_SECONDS)


async def look(sources: Sources) -> Report:
    """One look. Subscribers are read before what they heard, so that a busy mall is not taken for a wrong one."""
    bus = streams.Bus(sources.nats_url, sources.nats_seed) if sources.nats_url and sources.nats_seed else None
    async with AsyncExitStack() as stack:
        if bus:
            await stack.enter_async_context(bus)
            await bus.note_ends(list(sources.databases))
        order = sorted(sources.databases, key=lambda service: service == "applications")
        open_ = {service: await stack.enter_async_context(snapshot(sources.databases[service])) for service in order}
        return await compare(open_, sources, bus)


async def compare(databases: dict[str, asyncpg.Connection], sources: Sources, bus: streams.Bus | None = None) -> Report:
    """Everything, on connections whose transactions are open."""
    found: list[Finding] = []
    ledgers = {service: await ledger.read(service, databases[service], found) for service in databases}
    for service, connection in databases.items():
        found += await ledger.parked(service, connection)
        found += ledger.unsent(ledgers[service])
    operations: dict[str, clients.Operation] = {}
    if "applications" in databases:
        source = ledgers["applications"]
        found += await applications.check(databases["applications"], source, sources.files)
        operations, broke = clients.read(sources.histories)
        found += broke + await clients.check(databases["applications"], operations)
        if "notifications" in databases:
            listener = databases["notifications"]
            found += await ledger.heard("notifications", notifications.CONSUMER, listener, source)
            found += await notifications.check(listener, source, notifications.routes(), sources.mails)
    if bus:
        found += [finding for one in ledgers.values() for finding in await bus.check(one)]
    counted = {
        "facts": sum(len(one.facts) for one in ledgers.values()),
        "applications": len(ledgers["applications"].hashes) if "applications" in ledgers else 0,
        "requests": len(operations),
    }
    return Report(found, counted)


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees one moment of its database and changes nothing."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()
