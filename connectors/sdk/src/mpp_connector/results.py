"""Sends results until the platform's signed receipt: its NATS acknowledgement means nothing, a commit does."""

import asyncio
import logging
import time

from nats.aio.client import Client
from nats.errors import Error as NatsError
from opentelemetry.trace import SpanKind

from mpp_connector import envelopes, log, tracing, wire
from mpp_connector.errors import EnvelopeError
from mpp_connector.identity import Identity
from mpp_connector.outbox import Outbox, State, StoredResult
from mpp_connector.retry import pause

RECEIPT_SECONDS = 5.0
AT_ONCE = 8
IDLE = 30.0


class Results:
    """Empties the outbox of one copy."""

    def __init__(self, identity: Identity, outbox: Outbox, tracer: tracing.Tracing) -> None:
        self._identity, self._outbox, self._tracer = identity, outbox, tracer
        self._new = asyncio.Event()

    def wake(self) -> None:
        """There is a new result."""
        self._new.set()

    async def run(self, client: Client) -> None:
        """Send whatever is due, for as long as this connection lives."""
        while not client.is_closed:
            self._new.clear()
            if not client.is_connected or not await self.send_due(client):
                due = await asyncio.to_thread(self._outbox.next_due)
                wait = IDLE if due is None else max(0.05, min(IDLE, due - time.time()))
                if not client.is_connected:
                    wait = max(wait, 0.5)
                try:
                    async with asyncio.timeout(wait):
                        await self._new.wait()
                except TimeoutError:
                    pass

    async def send_due(self, client: Client) -> int:
        """One round; returns how many results were tried."""
        batch = await asyncio.to_thread(self._outbox.due, time.time(), AT_ONCE)
        await asyncio.gather(*(self._send(client, result) for result in batch))
        return len(batch)

    async def _send(self, client: Client, result: StoredResult) -> None:
        attributes = {"mpp.agency": self._identity.agency, "mpp.task": result.name, "mpp.task_id": result.task}
        with self._tracer.span(f"result {result.name}", result.traceparent, SpanKind.CLIENT, attributes) as span:
            state, detail = await self._ask(client, result)
            span.set_attribute("mpp.receipt", state)
        if state == "pending":
            due = time.time() + pause(result.attempts)
            await asyncio.to_thread(self._outbox.postpone, result.result, due, detail)
            return
        await asyncio.to_thread(self._outbox.settle, result.result, state, detail)
        level = logging.INFO if state == "recorded" else logging.ERROR
        log.note(level, f"result-{state}", task=result.task, result=result.result, reason=detail)

    async def _ask(self, client: Client, result: StoredResult) -> tuple[State, str]:
        identity = self._identity
        sealed = identity.seal(result.body, envelopes.RESULT, identity.platform.encryption[0])
        if not identity.fits(sealed):
            return "parked", f"{len(sealed)} bytes, the limit is {identity.max_payload}"
        headers = {"mpp-task": result.task}
        parent = tracing.traceparent()
        if parent:
            headers["traceparent"] = parent
        try:
            reply = await client.request(
                f"agency.{identity.agency}.result", sealed, timeout=RECEIPT_SECONDS, headers=headers
            )
        except (NatsError, OSError) as error:
            return "pending", type(error).__name__
        try:
            body = envelopes.verify(reply.data, identity.platform.signing, envelopes.RECEIPT)
            receipt = wire.read_receipt(body, result.result, result.task, identity.agency)
        except EnvelopeError as error:
            # Not the platform's word, so nothing is known: keep it and ask again.
            log.note(logging.WARNING, "receipt-not-accepted", task=result.task, detail=str(error))
            return "pending", str(error)
        return ("refused" if receipt.status == "refused" else "recorded"), receipt.reason
