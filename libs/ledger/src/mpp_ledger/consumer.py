"""Hears another service's facts: each once, in order per key, the effect in the same transaction as the position."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Literal

import nats.errors
import nats.js.errors
from mpp_failpoints import Failpoint
from mpp_runtime.errors import Refusal
from mpp_telemetry import span
from mpp_telemetry.log import describe, get_logger
from mpp_telemetry.metrics import Duration
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api

from mpp_ledger import parked
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database, Transaction
from mpp_ledger.events import FIRST_PREV_HASH, Event, from_message, is_genuine
from mpp_ledger.sql import run
from mpp_ledger.waiting import wait

__all__ = ["Event", "OrderedConsumer"]

Handle = Callable[[Transaction, Event], Awaitable[None]]
Outcome = Literal["applied", "repeat", "parked", "later"]
_FETCH_SECONDS = 1.0
_ACK_WAIT_SECONDS = 30.0
_ERRORS_BEFORE_PARKING = 5
# A killed replica's event comes again after the ack wait, and those behind it must not sleep much longer than that.
_GAP_DELAY_STEPS = 6  # the pause stops growing at about 6 s
_GAPS_BEFORE_PARKING = 100  # about ten minutes: `events republish` fills a gap, and then nothing needs a replay
_STANDING = """
    SELECT coalesce(i.version, 0) AS version, coalesce(i.hash, :first) AS hash,
        EXISTS (
            SELECT FROM parked_events WHERE consumer = :consumer AND key = :key AND status = 'parked'
        ) AS quarantined,
        EXISTS (SELECT FROM inbox_attempts WHERE consumer = :consumer AND event = :event) AS counted
    FROM (SELECT) AS one LEFT JOIN inbox i ON i.consumer = :consumer AND i.key = :key
"""
_BEFORE_EFFECT_COMMIT = Failpoint("consumer.before_effect_commit")
_AFTER_EFFECT = Failpoint("consumer.after_effect")
_PROCESSED = Duration("messaging.process.duration", "A message, from its delivery to what became of it.")
_log = get_logger(__name__)


class OrderedConsumer:
    """Takes the whole stream of one publisher, so that each key's versions come without gaps.

    `handle` does the effect in the transaction it is given; types it does not know it ignores. `lock` names the keys it
    publishes under. TryLater from `handle` is repeated for ever, another refusal parks the event at once, any other
    error after five attempts; a parked event holds back the later ones of its key, and only those.
    """

    def __init__(
        self,
        database: Database,
        bus: Bus,
        *,
        stream: str,
        durable: str,
        subject: str,
        handle: Handle,
        lock: Callable[[Event], Iterable[str]] = lambda _event: (),
        max_delay: float = 60.0,
    ) -> None:
        self.name = f"{stream}:{durable}"  # in the tables
        self._database, self._bus = database, bus
        self._stream, self._durable, self._subject = stream, durable, subject
        self._handle, self._lock, self._max_delay = handle, lock, max_delay
        self._told = {"messaging.system": "nats", "messaging.destination.name": stream}
        self._told["messaging.consumer.group.name"] = durable

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; waits for a stream that is not there yet, outlives restarts of NATS and PostgreSQL."""
        failed, pause = "", 0.5
        while not stop.is_set():
            try:
                subscription = await self._subscribe()
                failed, pause = "", 0.5
                await self._take(subscription, stop)
            except (nats.errors.Error, OSError, TimeoutError) as error:
                if (kind := type(error).__name__) != failed:
                    failed = kind
                    _log.warning("consumer waits", consumer=self.name, stream=self._stream, error=kind)
                await wait(stop, pause)
                pause = min(pause * 2, 5.0)

    async def info(self) -> api.ConsumerInfo:
        """How far it is, as the server says. Raises nats.errors.Error while the bus or the consumer is not there."""
        found: api.ConsumerInfo = await self._bus.js.consumer_info(self._stream, self._durable, timeout=2)
        return found

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        if not self._bus.nc.is_connected:
            raise nats.errors.ConnectionReconnectingError
        config = api.ConsumerConfig(ack_wait=_ACK_WAIT_SECONDS, max_deliver=-1, max_ack_pending=1024)
        return await self._bus.js.pull_subscribe(
            self._subject, durable=self._durable, stream=self._stream, config=config
        )

    async def _take(self, subscription: JetStreamContext.PullSubscription, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                try:
                    # One at a time: a larger batch waits for its last message, and the transaction costs far more.
                    (message,) = await subscription.fetch(1, timeout=_FETCH_SECONDS)
                except TimeoutError:
                    if not self._bus.nc.is_connected:
                        raise
                else:
                    await self._answer(message)
        finally:
            if self._bus.nc.is_connected:
                await subscription.unsubscribe()

    async def _answer(self, message: Msg) -> None:
        outcome, attempts = await self.receive(message.subject, message.headers or {}, message.data)
        if outcome == "later":
            delay = min(self._max_delay, 0.1 * 2 ** min(attempts, 16)) * random.uniform(0.6, 1.2)  # noqa: S311
            await message.nak(delay=delay)
        else:
            await _AFTER_EFFECT.reach(*message.subject.split("."))
            await message.ack()

    async def receive(self, subject: str, headers: Mapping[str, str], body: bytes) -> tuple[Outcome, int]:
        """What became of a message, and after how many attempts; "later" is to be delivered again."""
        try:
            event = from_message(subject, headers, body)
        except (KeyError, TypeError, ValueError) as error:
            event = None
            reason = f"unreadable: {type(error).__name__}"
        try:
            if event is None:
                async with self._database.transaction() as transaction:
                    await parked.park(transaction.session, self.name, subject, headers, body, reason)
                _log.error("event parked", consumer=self.name, reason=reason)
                return "parked", 0
            with span(
                f"process {event.type}",
                kind="consumer",
                parent=event.traceparent,
                messaging__system="nats",
                messaging__operation__type="process",
                messaging__destination__name=self._stream,
                messaging__consumer__group__name=self._durable,
                messaging__message__id=str(event.id),
            ):
                begun = time.perf_counter()
                try:
                    outcome = await self._apply(event, headers)
                except Exception as error:
                    outcome = await self._failed(event, headers, error)
                _PROCESSED.record(time.perf_counter() - begun, {**self._told, "mpp.outcome": outcome[0]})
                return outcome
        except Exception as error:
            # Not even counting worked: the database is away. The message comes again.
            _log.warning("event not taken", consumer=self.name, **describe(error))
            return "later", 4

    async def _apply(self, event: Event, headers: Mapping[str, str]) -> tuple[Outcome, int]:
        async with self._transaction(event) as transaction:
            version, hash_, quarantined, counted = await self._standing(transaction, event)
            if event.version < version or (event.version == version and event.hash == hash_):
                return "repeat", 0
            reason = ""
            if not is_genuine(event, headers["ce-time"]):
                reason = "forged: the hash is not the hash of the content"
            elif event.version == version or (event.version == version + 1 and event.prev_hash != hash_):
                reason = "fork: does not follow what was heard before"
            elif quarantined:
                reason = "behind: an earlier event of its key is parked"
            elif event.version > version + 1:
                attempts = await self._count(transaction, event, f"gap: {version} was the last")
                if attempts < _GAPS_BEFORE_PARKING:
                    return "later", min(attempts, _GAP_DELAY_STEPS)
                reason = f"gap: {version + 1} did not come"
            if reason:
                await self._park(transaction, event, headers, reason)
                return "parked", 0
            await self._handle(transaction, event)
            await self._move(transaction, event)
            if counted:
                await self._forget_attempts(transaction, event)
            await _BEFORE_EFFECT_COMMIT.reach(event.type.rpartition(".")[2])
        return "applied", 0

    async def _failed(self, event: Event, headers: Mapping[str, str], error: Exception) -> tuple[Outcome, int]:
        told = f"{type(error).__name__}: {error.code}" if isinstance(error, Refusal) else type(error).__name__
        place = {"consumer": self.name, "type": event.type, "key": event.key, "version": event.version}
        _log.warning("event failed", **place, **describe(error))
        async with self._database.transaction(lock=[self._inbox(event.key)]) as transaction:
            attempts = await self._count(transaction, event, told)
            enough = attempts >= _ERRORS_BEFORE_PARKING
            give_up = error.ack == "park" if isinstance(error, Refusal) else enough
            if give_up:
                await self._park(transaction, event, headers, told)
        return "parked" if give_up else "later", attempts

    def _inbox(self, key: str) -> str:
        return f"inbox:{self.name}:{key}"

    def _transaction(self, event: Event) -> AbstractAsyncContextManager[Transaction]:
        return self._database.transaction(lock=[self._inbox(event.key), *self._lock(event)])

    async def _park(self, transaction: Transaction, event: Event, headers: Mapping[str, str], reason: str) -> None:
        await parked.park(transaction.session, self.name, event.subject, headers, event.body, reason)
        await self._forget_attempts(transaction, event)
        _log.error("event parked", consumer=self.name, key=event.key, version=event.version, reason=reason)

    async def _standing(self, transaction: Transaction, event: Event) -> tuple[int, bytes, bool, bool]:
        """Version and hash of the last event of the key, whether one is parked, whether this one failed before."""
        values = {"consumer": self.name, "key": event.key, "event": event.id, "first": FIRST_PREV_HASH}
        row = (await run(transaction.session, _STANDING, **values)).one()
        return row.version, row.hash, row.quarantined, row.counted

    async def _move(self, transaction: Transaction, event: Event) -> None:
        await run(
            transaction.session,
            """
            INSERT INTO inbox (consumer, key, version, hash) VALUES (:consumer, :key, :version, :hash)
            ON CONFLICT (consumer, key) DO UPDATE SET version = :version, hash = :hash, at = now()
            """,
            consumer=self.name,
            key=event.key,
            version=event.version,
            hash=event.hash,
        )

    async def _count(self, transaction: Transaction, event: Event, error: str) -> int:
        counted = await run(
            transaction.session,
            """
            INSERT INTO inbox_attempts AS a (consumer, event, key, version, attempts, error)
            VALUES (:consumer, :event, :key, :version, 1, :error)
            ON CONFLICT (consumer, event) DO UPDATE SET attempts = a.attempts + 1, error = :error, at = now()
            RETURNING attempts
            """,
            consumer=self.name,
            event=event.id,
            key=event.key,
            version=event.version,
            error=error,
        )
        return int(counted.scalar_one())

    async def _forget_attempts(self, transaction: Transaction, event: Event) -> None:
        statement = "DELETE FROM inbox_attempts WHERE consumer = :consumer AND event = :event"
        await run(transaction.session, statement, consumer=self.name, event=event.id)

    async def replay(self, key: str | None = None) -> dict[str, int]:
        """Tries the parked events again, in order; a key stops at its first failure. Counts by outcome."""
        async with self._database.read() as session:
            waiting = await parked.list_parked(session, self.name, key)
        counts, stuck = {"replayed": 0, "failed": 0, "behind": 0}, set()
        for one in waiting:
            if one.key in stuck:
                counts["behind"] += 1
                continue
            try:
                await self._replay(one)
                counts["replayed"] += 1
            except Exception as error:
                _log.error("replay failed", consumer=self.name, key=one.key, version=one.version, **describe(error))
                stuck.add(one.key)
                counts["failed"] += 1
        return counts

    async def _replay(self, one: parked.Parked) -> None:
        event = from_message(one.subject, one.headers, one.body)
        async with self._transaction(event) as transaction:
            version, *_ = await self._standing(transaction, event)
            if event.version > version:
                if not await self._is_next(transaction, one, event):
                    raise ValueError("not the genuine next of its key")
                await self._handle(transaction, event)
                await self._move(transaction, event)
            await parked.resolve(transaction.session, one, "replayed")

    async def discard(self, key: str, version: int, reason: str) -> int:
        """Gives parked events of that version up, with a reason; behind the genuine next one its key goes on."""
        async with self._database.transaction(lock=[self._inbox(key)]) as transaction:
            found = await parked.list_parked(transaction.session, self.name, key)
            ones = [one for one in found if one.version == version]
            for one in ones:
                await parked.resolve(transaction.session, one, "discarded", reason)
                with suppress(KeyError, TypeError, ValueError):  # unreadable: nothing to go on behind
                    event = from_message(one.subject, one.headers, one.body)
                    if await self._is_next(transaction, one, event):
                        await self._move(transaction, event)
        return len(ones)

    async def _is_next(self, transaction: Transaction, one: parked.Parked, event: Event) -> bool:
        version, hash_, *_ = await self._standing(transaction, event)
        follows = event.version == version + 1 and event.prev_hash == hash_
        return follows and is_genuine(event, one.headers["ce-time"])
