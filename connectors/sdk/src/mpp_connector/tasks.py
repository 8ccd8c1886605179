"""Does tasks: decrypt, call the agency's function once, keep the answer on disk, and only then acknowledge."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError
from opentelemetry.trace import SpanKind

from mpp_connector import envelopes, log, tracing, wire
from mpp_connector.contract import Reason, Rejected, Task, TaskAnswer, TaskFunction, Text
from mpp_connector.errors import AgencyBusy, EnvelopeError, RequestInvalid
from mpp_connector.identity import Identity
from mpp_connector.outbox import Outbox, StoredResult
from mpp_connector.retry import pause

# The consumer waits 30 s for an acknowledgement before it offers the task to another copy.
HEARTBEAT = 10.0
BUSY_FIRST, BROKEN_FIRST, CAP = 5.0, 30.0, 600.0


class Tasks:
    """Does the tasks of one copy. Outlives a connection: the loss of one never cuts off a function that runs."""

    def __init__(
        self,
        identity: Identity,
        functions: Mapping[str, TaskFunction],
        outbox: Outbox,
        tracer: tracing.Tracing,
        wake_sender: Callable[[], None],
    ) -> None:
        self._identity, self._functions, self._outbox, self._tracer = identity, functions, outbox, tracer
        self._wake_sender = wake_sender
        self._running: set[str] = set()
        self._put_off: dict[str, float] = {}

    async def handle(self, message: Msg) -> None:
        """Take one offered task to its acknowledgement. Raises nothing that concerns only this task."""
        header = (message.headers or {}).get("mpp-task", "")
        try:
            plaintext = envelopes.unseal(message.data, self._identity.keys.encryption)
            task = wire.read_task(plaintext, self._identity.agency)
        except EnvelopeError as error:
            # No other copy can read it either. The platform offers it anew until it has a result.
            log.note(logging.ERROR, "task-unreadable", task=header, detail=str(error))
            await self._settle(message.term)
            return
        attributes = {"mpp.agency": self._identity.agency, "mpp.task": task.name, "mpp.task_id": str(task.id)}
        parent = tracing.header(message.headers)
        with self._tracer.span(f"task {task.name}", parent, SpanKind.CONSUMER, attributes):
            await self._do(message, task)

    async def _do(self, message: Msg, task: Task) -> None:
        key = str(task.id)
        if key in self._running or self._put_off.get(key, 0.0) > monotonic():
            # Offered again while this copy works on it, or while an earlier offer of it waits its turn.
            await self._settle(message.ack)
            return
        self._running.add(key)
        try:
            stored = await asyncio.to_thread(self._outbox.answer, key)
            if stored is not None and _stands(stored):
                await asyncio.to_thread(self._outbox.send_again, stored.result)
                log.note(logging.INFO, "task-repeated", task=key, attempt=task.attempt, state=stored.state)
            elif task.expires_at <= datetime.now(UTC):
                log.note(logging.WARNING, "task-expired", task=key, attempt=task.attempt)
            elif not await self._answered(message, task):
                return
        finally:
            self._running.discard(key)
        self._wake_sender()
        await self._settle(message.ack_sync)

    async def _answered(self, message: Msg, task: Task) -> bool:
        """Call the function and keep its answer; False when the task was put off instead."""
        started = monotonic()
        beating = asyncio.create_task(_beat(message))
        try:
            answer = await self._call(task)
            body = wire.result_body(task, self._identity.agency, self._identity.simulated, answer)
            envelopes.encode(body)  # an answer that is not JSON is the function's fault, and shows here
            await asyncio.to_thread(self._outbox.store, body, name=task.name, traceparent=tracing.traceparent())
        except asyncio.CancelledError:
            # This copy ends before its function does: to another copy now, not when the acknowledgement is overdue.
            await self._settle(lambda: message.nak(delay=1))
            raise
        except AgencyBusy as error:
            await self._put_off_task(message, task, "task-busy", error, error.retry_after, BUSY_FIRST)
            return False
        except Exception as error:
            await self._put_off_task(message, task, "task-failed", error, None, BROKEN_FIRST)
            return False
        finally:
            beating.cancel()
        self._put_off.pop(str(task.id), None)
        log.note(
            logging.INFO,
            "task-answered",
            task=str(task.id),
            name=task.name,
            outcome=body["outcome"],
            attempt=task.attempt,
            seconds=round(monotonic() - started, 3),
        )
        return True

    async def _call(self, task: Task) -> TaskAnswer:
        function = self._functions.get(task.name)
        if function is None:
            return _not_done("task-unknown", None)
        await self._identity.simulation.before_answer()
        try:
            return await function(task)
        except RequestInvalid as error:
            return _not_done("request-invalid", error.target)

    async def _put_off_task(
        self, message: Msg, task: Task, event: str, error: Exception, asked: float | None, first: float
    ) -> None:
        delay = asked if asked is not None else pause(_deliveries(message) - 1, first=first, cap=CAP)
        # Until then the platform's own repeats of this task are not worth a call. Just short of the pause, so that the
        # put-off offer itself gets through.
        now = monotonic()
        self._put_off = {key: until for key, until in self._put_off.items() if until > now}
        self._put_off[str(task.id)] = now + delay - 0.1
        log.note(
            logging.WARNING if event == "task-busy" else logging.ERROR,
            event,
            task=str(task.id),
            name=task.name,
            delay=round(delay, 1),
            error=type(error).__name__,
            place=log.place(error),
        )
        await self._settle(lambda: message.nak(delay=delay))

    async def _settle(self, acknowledge: Callable[[], Awaitable[object]]) -> None:
        """Tell the consumer. Lost with the connection, the task comes again and meets the stored answer."""
        try:
            await acknowledge()
        except (NatsError, JetStreamError, OSError) as error:
            log.note(logging.WARNING, "ack-lost", error=type(error).__name__)


def _stands(stored: StoredResult) -> bool:
    """Whether the stored answer is still the answer: not a "later" that is over, not one the platform refused."""
    if stored.state == "refused":
        return False
    return stored.outcome != "later" or stored.until is None or stored.until > datetime.now(UTC)


def _not_done(code: str, target: str | None) -> Rejected:
    text = Text(
        id="Isi tugas tidak sesuai dengan yang diterima instansi.",
        en="The agency cannot work with this task's content.",
    )
    return Rejected([Reason(code=code, text=text, target=target)])


def _deliveries(message: Msg) -> int:
    try:
        return int(message.metadata.num_delivered or 1)
    except NatsError:
        return 1


async def _beat(message: Msg) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        with suppress(NatsError, JetStreamError, OSError):
            await message.in_progress()
