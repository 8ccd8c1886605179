"""The streams against the ledgers: what was sent is there, nothing else is, and each key's facts are in order."""

from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from uuid import UUID

import nats
import nats.errors
import nats.js.errors
from nats.js import api

from mpp_cli.check.finding import Finding
from mpp_cli.check.ledger import Ledger

PAGE = 500
FETCH_SECONDS = 2.0
SHOWN = 20


class Message(NamedTuple):
    """One message of a stream, by its headers; `sequence` is its place in the stream."""

    sequence: int
    event: UUID
    key: str
    version: int


class Bus:
    """The bus as the operator reads it; a context. Raises nats.errors.Error when it is away."""

    def __init__(self, url: str, seed: Path) -> None:
        self._url, self._seed = url, seed
        self._ends: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self._client = await nats.connect(
            self._url,
            nkeys_seed=str(self._seed),
            inbox_prefix="_INBOX_operator",
            allow_reconnect=False,
            connect_timeout=5,
            error_cb=_quiet,
        )
        self._js = self._client.jetstream(timeout=10)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def note_ends(self, services: Iterable[str]) -> None:
        """Remembers where each stream ends now: what comes behind it may be newer than the ledgers that are read."""
        self._ends = {service: await self._end(service.upper()) for service in services}

    async def check(self, ledger: Ledger) -> list[Finding]:
        """A service's stream against its ledger."""
        messages = [message async for message in self._messages(ledger.service.upper())]
        return list(compare(ledger, messages, self._ends[ledger.service]))

    async def _end(self, stream: str) -> int:
        try:
            return int((await self._js.stream_info(stream)).state.last_seq)
        except nats.js.errors.NotFoundError:
            return 0

    async def _messages(self, stream: str) -> AsyncIterator[Message]:
        end = await self._end(stream)
        if not end:
            return
        config = api.ConsumerConfig(ack_policy=api.AckPolicy.NONE, headers_only=True, inactive_threshold=60)
        made = await self._js.add_consumer(stream, config)
        subscription = await self._js.pull_subscribe_bind(str(made.name), stream)
        sequence = 0
        while sequence < end:
            for message in await subscription.fetch(PAGE, timeout=FETCH_SECONDS):
                headers, sequence = message.headers or {}, message.metadata.sequence.stream
                yield Message(sequence, UUID(headers["ce-id"]), headers["ce-subject"], int(headers["ce-version"]))


def compare(ledger: Ledger, messages: Iterable[Message], end: int) -> Iterator[Finding]:
    """A repeat in the stream is allowed, a gap is not; what is behind `end` may be newer than the ledger."""
    reached: dict[str, int] = {}
    seen = set()
    for message in messages:
        ids = {"stream": ledger.service.upper(), "key": message.key, "version": message.version}
        if message.event not in ledger.facts and message.sequence <= end:
            yield Finding("I2", "the stream has a fact that is not in the ledger", ids)
        if message.version > reached.get(message.key, 0) + 1:
            yield Finding("I3", f"the stream has it before version {reached.get(message.key, 0) + 1}", ids)
        reached[message.key] = max(message.version, reached.get(message.key, 0))
        seen.add(message.event)
    lost = [fact for event, fact in ledger.facts.items() if fact.sent and event not in seen]
    for fact in lost[:SHOWN]:
        hint = f"mpp events {ledger.service} republish --key {fact.key}"
        ids = {"key": fact.key, "version": fact.version, "of": len(lost)}
        yield Finding("I2", f"a fact that was sent is not in the stream: {hint}", ids)


async def _quiet(_: Exception) -> None:
    """The client would log a traceback; the error is raised where it matters."""
