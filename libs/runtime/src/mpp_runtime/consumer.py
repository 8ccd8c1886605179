"""Hears another service's facts: each once, in order per key, the effect in the same transaction as the position."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal

import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api
from sqlalchemy import text

from mpp_runtime import parked
from mpp_runtime.bus import Bus
from mpp_runtime.database import Database, Transaction
from mpp_runtime.errors import Refusal
from mpp_runtime.events import FIRST_PREV_HASH, Event, from_message, is_genuine
from mpp_runtime.log import describe, get_logger
from mpp_runtime.telemetry import span
from mpp_runtime.waiting import wait

__all__ = ["Event", "OrderedConsumer"]

Handle = Callable[[Transaction, Event], Awaitable[None]]
Outcome = Literal["applied", "repeat", "parked", "gap"]
_BATCH = 32
_FETCH_SECONDS = 1.0
_ACK_WAIT_SECONDS = 30.0
_ERRORS_BEFORE_PARKING = 5
_GAPS_BEFORE_PARKING = 20  # about ten minutes: `events republish` fills a gap, and then nothing needs a replay
_log = get_logger(__name__)


class OrderedConsumer:
    """Takes the whole stream of one publisher, so that each key's versions come without gaps.

    `handle` does the effect in the transaction it is given; types it does not know it ignores. `lock` names the keys it
    publishes under. TryLater from `handle` is repeated for ever, another refusal parks the event at once, any other error
    after five attempts; a parked event holds back the later ones of its key, and only those.
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
        self._database = database
        self._bus = bus
        self._stream = stream
        self._durable = durable
        self._subject = subject
        self._handle = handle
        self._lock = lock
        self._max_delay = max_delay

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

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        if not self._bus.nc.is_connected:
            raise nats.errors.ConnectionReconnectingError
        return await self._bus.js.pull_subscribe(
            self._subject,
            durable=self._durable,
            stream=self._stream,
            config=api.ConsumerConfig(
                ack_policy=api.AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT_SECONDS,
                max_deliver=-1,
                max_ack_pending=1024,
                deliver_policy=api.DeliverPolicy.ALL,
            ),
        )

    async def _take(self, subscription: JetStreamContext.PullSubscription, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                try:
                    messages = await subscription.fetch(_BATCH, timeout=_FETCH_SECONDS)
                except TimeoutError:
                    if not self._bus.nc.is_connected:
                        raise
                    continue
                for message in messages:
                    await self._answer(message)
        finally:
            if self._bus.nc.is_connected:
                await subscription.unsubscribe()

    async def _answer(self, message: Msg) -> None:
        headers = dict(message.headers or {})
        try:
            outcome, attempts = await self._receive(message.subject, headers, message.data)
        except Exception as error:
            # Not even counting worked: the database is away. The message comes again.
            _log.warning("event not taken", consumer=self.name, **describe(error))
            outcome, attempts = "gap", 3
        if outcome == "gap":
            delay = min(self._max_delay, 0.2 * 2 ** min(attempts, 16)) * random.uniform(0.6, 1.2)  # noqa: S311
            await message.nak(delay=delay)
        else:
            await message.ack()

    async def _receive(self, subject: str, headers: Mapping[str, str], body: bytes) -> tuple[Outcome, int]:
        """What became of it, and for a "gap" (also: not yet) the attempts so far."""
        try:
            event = from_message(subject, headers, body)
        except (KeyError, TypeError, ValueError) as error:
            async with self._database.transaction() as transaction:
                await parked.park(
                    transaction.session, self.name, subject, headers, body, f"unreadable: {type(error).__name__}"
                )
            _log.error("event parked", consumer=self.name, reason="unreadable")
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
            try:
                return await self._apply(event, headers)
            except Exception as error:
                return await self._failed(event, headers, error)

    def _locks(self, event: Event) -> list[str]:
        return [f"inbox:{self.name}:{event.key}", *self._lock(event)]

    async def _apply(self, event: Event, headers: Mapping[str, str]) -> tuple[Outcome, int]:
        async with self._database.transaction(lock=self._locks(event)) as transaction:
            version, hash_ = await self._position(transaction, event.key)
            if event.version < version or (event.version == version and event.hash == hash_):
                return "repeat", 0
            reason = ""
            if not is_genuine(event, headers["ce-time"]):
                reason = "forged: the hash is not the hash of the content"
            elif event.version == version or (event.version == version + 1 and event.prev_hash != hash_):
                reason = "fork: does not follow what was heard before"
            elif await parked.is_quarantined(transaction.session, self.name, event.key):
                reason = "behind: an earlier event of its key is parked"
            elif event.version > version + 1:
                attempts = await self._count(transaction, event, f"gap: {version} was the last")
                if attempts < _GAPS_BEFORE_PARKING:
                    return "gap", attempts
                reason = f"gap: {version + 1} did not come"
            if reason:
                await self._park(transaction, event, headers, reason)
                return "parked", 0
            await self._effect(transaction, event)
        return "applied", 0

    async def _effect(self, transaction: Transaction, event: Event) -> None:
        await self._handle(transaction, event)
        await self._move(transaction, event)

    async def _failed(self, event: Event, headers: Mapping[str, str], error: Exception) -> tuple[Outcome, int]:
        _log.warning(
            "event failed", consumer=self.name, type=event.type, key=event.key, version=event.version, **describe(error)
        )
        told = f"{type(error).__name__}: {error.code}" if isinstance(error, Refusal) else type(error).__name__
        async with self._database.transaction(lock=[f"inbox:{self.name}:{event.key}"]) as transaction:
            attempts = await self._count(transaction, event, told)
            if isinstance(error, Refusal):
                give_up = error.ack == "park"
            else:
                give_up = attempts >= _ERRORS_BEFORE_PARKING
            if not give_up:
                return "gap", attempts
            await self._park(transaction, event, headers, told)
        return "parked", attempts

    async def _park(self, transaction: Transaction, event: Event, headers: Mapping[str, str], reason: str) -> None:
        await parked.park(transaction.session, self.name, event.subject, headers, event.body, reason)
        await self._forget_attempts(transaction, event)
        _log.error("event parked", consumer=self.name, key=event.key, version=event.version, reason=reason)

    async def _position(self, transaction: Transaction, key: str) -> tuple[int, bytes]:
        found = await transaction.session.execute(
            text("SELECT version, hash FROM inbox WHERE consumer = :consumer AND key = :key"),
            {"consumer": self.name, "key": key},
        )
        row = found.one_or_none()
        return (row.version, row.hash) if row else (0, FIRST_PREV_HASH)

    async def _move(self, transaction: Transaction, event: Event) -> None:
        await transaction.session.execute(
            text(
                "INSERT INTO inbox (consumer, key, version, hash) VALUES (:consumer, :key, :version, :hash) "
                "ON CONFLICT (consumer, key) DO UPDATE SET version = :version, hash = :hash, at = now()"
            ),
            {"consumer": self.name, "key": event.key, "version": event.version, "hash": event.hash},
        )
        await self._forget_attempts(transaction, event)

    async def _count(self, transaction: Transaction, event: Event, error: str) -> int:
        found = await transaction.session.execute(
            text(
                "INSERT INTO inbox_attempts (consumer, event, key, version, attempts, error) "
                "VALUES (:consumer, :event, :key, :version, 1, :error) ON CONFLICT (consumer, event) DO UPDATE "
                "SET attempts = inbox_attempts.attempts + 1, error = :error, at = now() RETURNING attempts"
            ),
            {
                "consumer": self.name,
                "event": event.id,
                "key": event.key,
                "version": event.version,
                "error": error,
            },
        )
        return int(found.scalar_one())

    async def _forget_attempts(self, transaction: Transaction, event: Event) -> None:
        await transaction.session.execute(
            text("DELETE FROM inbox_attempts WHERE consumer = :consumer AND event = :event"),
            {"consumer": self.name, "event": event.id},
        )

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
        async with self._database.transaction(lock=self._locks(event)) as transaction:
            version, hash_ = await self._position(transaction, event.key)
            if not is_genuine(event, one.headers["ce-time"]):
                raise ValueError("forged")
            if event.version > version:
                if event.version != version + 1 or event.prev_hash != hash_:
                    raise ValueError("not the next of its key")
                await self._effect(transaction, event)
            await parked.resolve(transaction.session, one, "replayed")

    async def discard(self, key: str, version: int, reason: str) -> int:
        """Gives a parked event up, with a reason. If it was the next of its key, the key goes on behind it."""
        async with self._database.transaction(lock=[f"inbox:{self.name}:{key}"]) as transaction:
            found = await parked.list_parked(transaction.session, self.name, key)
            ones = [one for one in found if one.version == version]
            for one in ones:
                await parked.resolve(transaction.session, one, "discarded", reason)
                await self._skip(transaction, one)
        return len(ones)

    async def _skip(self, transaction: Transaction, one: parked.Parked) -> None:
        try:
            event = from_message(one.subject, one.headers, one.body)
        except (KeyError, TypeError, ValueError):
            return
        at, hash_ = await self._position(transaction, event.key)
        if event.version == at + 1 and event.prev_hash == hash_ and is_genuine(event, one.headers["ce-time"]):
            await self._move(transaction, event)

    async def status(self) -> dict[str, Any]:
        """`waiting`: events counted as failing or early; `parked`: those given up."""
        async with self._database.read() as session:
            found = await session.execute(
                text("SELECT count(*) FROM inbox_attempts WHERE consumer = :consumer"), {"consumer": self.name}
            )
            counts = await parked.count_parked(session)
            return {"consumer": self.name, "waiting": found.scalar_one(), "parked": counts.get(self.name, 0)}
