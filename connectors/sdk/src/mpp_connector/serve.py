"""Runs a connector: lock the folder, start, connect, serve, connect again, drain. Reads like a story."""

import asyncio
import fcntl
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from mpp_connector import log
from mpp_connector.connection import connect, fence
from mpp_connector.contract import LookupFunction, TaskFunction
from mpp_connector.identity import Identity
from mpp_connector.lookups import Lookups
from mpp_connector.outbox import Outbox
from mpp_connector.pull import NoConsumer, Puller
from mpp_connector.results import Results
from mpp_connector.retry import pause
from mpp_connector.settings import Settings
from mpp_connector.status import BEAT, Status
from mpp_connector.tasks import Tasks
from mpp_connector.tracing import Tracing

Startup = Callable[[Path], Awaitable[None]]


class Copy:
    """One running copy of a connector."""

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        lookups: Mapping[str, LookupFunction],
        tasks: Mapping[str, TaskFunction],
    ) -> None:
        self._settings, self._identity = settings, identity
        self._status = Status(settings.data_dir)
        self._outbox = Outbox(settings.data_dir / "outbox.sqlite")
        self._tracer = Tracing(identity.agency, settings.trace_file, settings.otlp_endpoint, self._outbox.counts)
        self._results = Results(identity, self._outbox, self._tracer)
        self._lookups = Lookups(identity, lookups, self._tracer, settings.max_lookups)
        self._tasks = Tasks(identity, tasks, self._outbox, self._tracer, self._results.wake)
        self._takes_tasks = bool(tasks) and not identity.simulation.away
        self._stop = asyncio.Event()
        self._busy: set[asyncio.Task[None]] = set()
        self._missing_since: float | None = None

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, over as many connections as it takes."""
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self._stop.set)
        living = asyncio.create_task(self._live())
        attempt = 0
        try:
            while not self._stop.is_set():
                self._status.set("connecting")
                started = time.monotonic()
                await self._session()
                attempt = 0 if time.monotonic() - started > 60 else attempt + 1
                if not self._stop.is_set():
                    log.note(logging.WARNING, "connection-closed", delay=round(pause(attempt, cap=30.0), 1))
                    await self._until_stop(pause(attempt, cap=30.0))
        finally:
            living.cancel()
            self._tracer.close()
            self._outbox.close()
            self._status.remove()

    async def _session(self) -> None:
        """One connection, from its first attempt to its end."""
        closed = asyncio.Event()
        pullers: list[Puller] = []

        def back() -> None:
            self._status.set("ready")
            log.note(logging.INFO, "connection-back")
            self._results.wake()
            for puller in pullers:
                puller.renew()

        def lost() -> None:
            if not self._stop.is_set():
                self._status.set("connecting")
                log.note(logging.WARNING, "connection-lost")

        connecting = asyncio.create_task(
            connect(self._settings, self._identity.agency, on_lost=lost, on_back=back, on_closed=closed.set)
        )
        await _first([connecting], self._stop)
        if not connecting.done():
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            return
        client = connecting.result()
        service = await self._lookups.start(client, answering=not self._identity.simulation.away)
        background = [asyncio.create_task(self._results.run(client))]
        if self._takes_tasks:
            pullers += [Puller(client, self._identity.agency) for _ in range(self._settings.max_in_flight)]
            for puller in pullers:
                await puller.start()
                background.append(asyncio.create_task(self._work(client, puller)))
        try:
            await fence(client)
            self._status.set("ready")
            log.note(logging.INFO, "ready", agency=self._identity.agency, counts=self._outbox.counts())
            await _first(background, self._stop, closed)
        except NatsError as error:
            # Closed while it was being set up: the next session tries again.
            log.note(logging.WARNING, "connection-failed", error=type(error).__name__)
        finally:
            if self._stop.is_set():
                self._status.set("draining")
                with suppress(NatsError, OSError):
                    await service.stop()
            await self._drain(client, pullers, background)

    async def _drain(self, client: Client, pullers: list[Puller], background: list[asyncio.Task[None]]) -> None:
        """Take nothing new, finish what was begun, send what is due, leave."""
        with suppress(NatsError, OSError):
            for puller in pullers:
                await puller.stop()
        for job in background:
            if job not in self._busy:
                job.cancel()
        ended = await asyncio.gather(*(job for job in background if job not in self._busy), return_exceptions=True)
        if self._stop.is_set():
            unfinished = await self._finish(client)
            log.note(logging.INFO, "stopped", tasks=unfinished, counts=self._outbox.counts())
        with suppress(NatsError, OSError):
            await client.close()
        for result in ended:
            if isinstance(result, Exception):
                raise result

    async def _finish(self, client: Client) -> int:
        """Give running functions and their results the drain time; returns how many tasks are left to other copies."""
        ends = time.monotonic() + self._settings.drain_seconds
        answering = [asyncio.create_task(self._lookups.finish()), *self._busy]
        _, unfinished = await asyncio.wait(answering, timeout=self._settings.drain_seconds)
        left = len(self._busy)
        for job in unfinished:
            job.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        with suppress(TimeoutError, NatsError, OSError):
            async with asyncio.timeout(max(0.5, ends - time.monotonic())):
                if client.is_connected:
                    await self._results.send_due(client)
                    await fence(client)
        return left

    async def _work(self, client: Client, puller: Puller) -> None:
        """Pull and do one task after the other."""
        own = asyncio.current_task()
        assert own is not None
        misses = 0
        while not self._stop.is_set() and not client.is_closed:
            if not client.is_connected:
                await asyncio.sleep(0.5)
                continue
            try:
                message = await puller.next()
            except NoConsumer:
                if misses == 0:
                    log.note(logging.WARNING, "no-consumer", agency=self._identity.agency)
                misses += 1
                await asyncio.sleep(pause(misses, first=0.5, cap=10.0))
                continue
            misses = 0
            if message is not None:
                await self._handle(own, message)

    async def _handle(self, own: asyncio.Task[None], message: Msg) -> None:
        self._busy.add(own)
        try:
            await self._tasks.handle(message)
        finally:
            self._busy.discard(own)

    async def _live(self) -> None:
        """Say every few seconds that the copy lives; forget old receipts once an hour."""
        next_purge = 0.0
        while True:
            self._status.write()
            if time.monotonic() >= next_purge:
                next_purge = time.monotonic() + 3600
                keep = time.time() - self._settings.keep_days * 86_400
                await asyncio.to_thread(self._outbox.purge, keep)
            await asyncio.sleep(BEAT)

    async def _until_stop(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()


async def serve(
    settings: Settings,
    identity: Identity,
    lookups: Mapping[str, LookupFunction],
    tasks: Mapping[str, TaskFunction],
    startup: list[Startup],
) -> None:
    """Run one copy in its folder until it is told to stop."""
    log.configure(settings.log_level)
    with only_copy(settings.data_dir):
        log.note(logging.INFO, "starting", agency=identity.agency, settings=settings.masked(), pid=os.getpid())
        for prepare in startup:
            await prepare(settings.data_dir)
        await Copy(settings, identity, lookups, tasks).run()


@contextmanager
def only_copy(folder: Path) -> Iterator[None]:
    """Hold the folder: two copies in one folder would answer one task twice. Raises ValueError when it is taken."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(f"another copy uses {folder}: give each copy a folder of its own") from None
        yield


async def _first(jobs: Sequence["asyncio.Task[Client] | asyncio.Task[None]"], *events: asyncio.Event) -> None:
    """Wait until a job ends or an event is set."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait([*jobs, *waits], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
