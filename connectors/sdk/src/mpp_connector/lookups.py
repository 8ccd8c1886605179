"""Answers lookups: a NATS micro service, so that copies share them and the platform can ask who is there."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import nats.micro
from nats.aio.client import Client
from nats.micro.request import Request
from nats.micro.service import EndpointStats, Service
from opentelemetry.trace import SpanKind

from mpp_connector import envelopes, log, tracing, wire
from mpp_connector.contract import LookupFunction, LookupRequest
from mpp_connector.errors import AgencyBusy, EnvelopeError, RequestInvalid
from mpp_connector.identity import Identity

QUEUE_GROUP = "lookup"


class Lookups:
    """Serves the functions of one connector; `limit` is how many questions are answered at the same time."""

    def __init__(
        self, identity: Identity, functions: Mapping[str, LookupFunction], tracer: tracing.Tracing, limit: int
    ) -> None:
        self._identity, self._functions, self._tracer = identity, functions, tracer
        self._limit = limit
        self._running: set[asyncio.Task[None]] = set()
        self._outcomes: dict[str, Counter[str]] = {name: Counter() for name in functions}
        self._seconds = dict.fromkeys(functions, 0.0)

    async def start(self, client: Client, *, answering: bool) -> Service:
        """Join as one copy. With `answering` false the copy only says that it exists."""
        identity = self._identity
        service = await nats.micro.add_service(
            client,
            name=identity.agency,
            version=identity.version,
            description=identity.name.en,
            metadata={"protocol": "1", "simulated": str(identity.simulated).lower(), "tasks": identity.tasks},
            queue_group=QUEUE_GROUP,
            stats_handler=self._stats,
        )
        for name in self._functions if answering else ():
            subject = f"agency.{identity.agency}.lookup.{name}"
            await service.add_endpoint(name=name, subject=subject, handler=self._handler(name))
        return service

    async def finish(self) -> None:
        """Wait for the questions being answered."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _handler(self, name: str) -> Any:
        async def handle(request: Request) -> None:
            # The micro service calls its handler for one message after the other; the answers must not queue behind
            # a slow one.
            answering = asyncio.create_task(self._answer(name, request))
            self._running.add(answering)
            answering.add_done_callback(self._running.discard)

        return handle

    def _stats(self, endpoint: EndpointStats) -> dict[str, Any]:
        outcomes = self._outcomes.get(endpoint.name, Counter())
        total = sum(outcomes.values())
        mean = self._seconds.get(endpoint.name, 0.0) / total if total else 0.0
        return {"outcomes": dict(outcomes), "mean_ms": round(mean * 1000, 1)}

    async def _answer(self, name: str, message: Request) -> None:
        started = monotonic()
        attributes = {"mpp.agency": self._identity.agency, "mpp.lookup": name}
        parent = tracing.header(message.headers)
        with self._tracer.span(f"lookup {name}", parent, SpanKind.SERVER, attributes) as span:
            try:
                plaintext = envelopes.unseal(message.data, self._identity.keys.encryption)
                request, reply_key = wire.read_lookup(plaintext)
            except EnvelopeError as error:
                # Nobody to encrypt an answer to: the NATS micro error says so in the open, without content.
                self._outcomes[name]["unreadable"] += 1
                log.note(logging.WARNING, "lookup-unreadable", lookup=name, detail=str(error))
                await message.respond_error("400", "unreadable")
                return
            remaining = (request.expires_at - datetime.now(UTC)).total_seconds()
            body = await self._body(name, request, remaining)
            outcome = body["outcome"] if body else "expired"
            span.set_attribute("mpp.outcome", outcome)
            self._outcomes[name][outcome] += 1
            self._seconds[name] += monotonic() - started
            if body is not None:
                await self._respond(message, body, reply_key)
            log.note(logging.INFO, "lookup", lookup=name, outcome=outcome, seconds=round(monotonic() - started, 3))

    async def _body(self, name: str, request: LookupRequest, remaining: float) -> dict[str, Any] | None:
        """The signed answer's body; None when nobody waits any more."""
        source = self._identity.source
        if remaining <= 0:
            return None
        if request.name != name:
            return wire.lookup_error(request.id, "request-invalid", source)
        if len(self._running) > self._limit:
            return wire.lookup_error(request.id, "agency-busy", source)
        try:
            async with asyncio.timeout(remaining):
                await self._identity.simulation.before_answer()
                return wire.lookup_body(request.id, await self._functions[name](request), source)
        except TimeoutError:
            # Either the deadline passed, or the agency's own call timed out while somebody still waits.
            if (request.expires_at - datetime.now(UTC)).total_seconds() <= 0:
                return None
            return wire.lookup_error(request.id, "agency-busy", source)
        except AgencyBusy:
            return wire.lookup_error(request.id, "agency-busy", source)
        except RequestInvalid:
            return wire.lookup_error(request.id, "request-invalid", source)
        except Exception as error:
            log.note(logging.ERROR, "lookup-failed", lookup=name, error=type(error).__name__, place=log.place(error))
            return wire.lookup_error(request.id, "agency-broken", source)

    async def _respond(self, message: Request, body: dict[str, Any], reply_key: Any) -> None:
        sealed = self._identity.seal(body, envelopes.LOOKUP_ANSWER, reply_key)
        if not self._identity.fits(sealed):
            log.note(logging.ERROR, "answer-too-large", size=len(sealed), limit=self._identity.max_payload)
            failed = wire.lookup_error(body["id"], "answer-too-large", self._identity.source)
            sealed = self._identity.seal(failed, envelopes.LOOKUP_ANSWER, reply_key)
        await message.respond(sealed)
