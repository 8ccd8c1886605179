"""What comes in from agencies, and the loops that go out to them. No stream of another service is read yet."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from typing import Protocol

import nats.errors
from mpp_failpoints import Failpoint
from mpp_ledger.bus import Bus
from mpp_ledger.waiting import wait
from mpp_runtime.errors import Refusal, TryLater
from mpp_telemetry import span
from mpp_telemetry.log import describe, get_logger
from mpp_telemetry.metrics import Duration
from nats.aio.msg import Msg

from mpp_applications.use_cases.agency_results import AgencyResults
from mpp_applications.use_cases.asking_agencies import AskingAgencies

_BEFORE_RESULT = Failpoint("agency.before_result")
_BEFORE_RECEIPT = Failpoint("agency.before_receipt")
_JUDGED = Duration("mpp.agency_results.duration", "A result of an agency, from its arrival to its receipt.")
_log = get_logger(__name__)

_SUBJECT = "agency.*.result"
_AT_ONCE = 16
_LOOK_EVERY = 1.0
_BATCH = 20
_SWEEP_EVERY = timedelta(hours=1)
_SWEEP_OLDER_THAN = timedelta(hours=6)


class ResultSubscription:
    """Answers results of agencies with receipts; one of the replicas gets each."""

    def __init__(self, bus: Bus, results: AgencyResults) -> None:
        self._bus = bus
        self._results = results
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                subscription = await self._bus.nc.subscribe(_SUBJECT, queue="applications", cb=self._accept)
            except (nats.errors.Error, OSError) as error:
                _log.warning("results not subscribed yet", error=type(error).__name__)
                await wait(stop, 1.0)
                continue
            # The client subscribes again by itself after a reconnection.
            await stop.wait()
            if self._bus.nc.is_connected:
                await subscription.unsubscribe()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _accept(self, message: Msg) -> None:
        await self._room.acquire()
        task = asyncio.create_task(self._answer(message))
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._room.release()

    async def _answer(self, message: Msg) -> None:
        agency = message.subject.split(".")[1]
        traceparent = (message.headers or {}).get("traceparent")
        with span("agency result", kind="consumer", parent=traceparent, agency=agency):
            begun, outcome = time.perf_counter(), "receipt"
            try:
                await _BEFORE_RESULT.reach(agency)
                receipt = await self._results.receive(agency, message.data)
                await _BEFORE_RECEIPT.reach(agency)
                await message.respond(receipt)
            except TryLater as refusal:
                # No receipt: the agency keeps the result and sends it again.
                outcome = "later"
                _log.warning("agency result not judged yet", agency=agency, code=refusal.code)
            except Exception as error:
                outcome, code = "failed", error.code if isinstance(error, Refusal) else None
                _log.error("agency result failed", agency=agency, code=code, **describe(error))
            _JUDGED.record(time.perf_counter() - begun, {"agency": agency, "outcome": outcome})


class OfferLoop:
    """Offers agency tasks: at once when a commit may have made one, and by the clock."""

    def __init__(self, asking: AskingAgencies) -> None:
        self._asking = asking
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._woken.clear()
            looked_at = 0
            try:
                looked_at = await self._asking.offer_due(_BATCH)
            except TryLater as refusal:
                _log.warning("agency tasks not offered yet", code=refusal.code)
            if looked_at < _BATCH:
                await wait(stop, _LOOK_EVERY, self._woken)


class Sweepable(Protocol):
    async def sweep(self, known: Callable[[Collection[str]], Awaitable[set[str]]], older_than: timedelta) -> object: ...


class SweepLoop:
    """Removes attached files that have no record: left behind by a crash between file and commit."""

    def __init__(self, files: Sweepable, known: Callable[[Collection[str]], Awaitable[set[str]]]) -> None:
        self._files = files
        self._known = known

    async def run(self, stop: asyncio.Event) -> None:
        while not await wait(stop, _SWEEP_EVERY.total_seconds()):
            try:
                await self._files.sweep(self._known, _SWEEP_OLDER_THAN)
            except TryLater as refusal:
                _log.warning("files not swept", code=refusal.code)
