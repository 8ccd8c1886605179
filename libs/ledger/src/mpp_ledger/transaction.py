"""A transaction: state, facts and the answer to a repeated request commit together or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from google.protobuf.message import Message
from mpp_runtime.errors import Invalid, Text
from mpp_runtime.ids import new_id
from mpp_telemetry import current_traceparent
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_ledger.events import FIRST_PREV_HASH, LedgerEvent, event_hash, time_text, to_body
from mpp_ledger.sql import run

_REUSED = Text(
    "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
    "This Idempotency-Key was already used for another request.",
)


@dataclass(frozen=True)
class Stored:
    """The answer that was given the first time."""

    status: int
    body: bytes
    headers: dict[str, str]


class Transaction:
    """What a use case's storage works with; made by `Database.transaction`."""

    def __init__(self, session: AsyncSession, locked: frozenset[str]) -> None:
        self.session = session
        self.locked = locked
        self.published: list[LedgerEvent] = []
        self._claimed: set[tuple[str, str]] = set()

    async def publish(
        self, message: Message, *, key: str, region: str = "", event_id: UUID | None = None, at: datetime
    ) -> LedgerEvent:
        """Writes the fact to the ledger as the next version of `key`, chained to the one before.

        The relay sends it after the commit on subject `<full proto name>[.<region>]`. Raises ValueError if `key` was
        not locked when the transaction began, is not ASCII, or `at` has no offset.
        """
        row = self._next(await self._last(key), message, key, region, event_id or new_id(), at)
        statement = """
            INSERT INTO events (id, key, version, type, subject, at, body, prev_hash, hash, traceparent)
            VALUES (:id, :key, :version, :type, :subject, :at, :body, :prev_hash, :hash, :traceparent)
        """
        await run(self.session, statement, **row)
        return self.published[-1]

    def begin(self, facts: Iterable[tuple[Message, datetime]], *, key: str, region: str = "") -> list[dict[str, Any]]:
        """The rows of `events` that begin a new `key`, chained: the caller writes them, in this transaction."""
        rows: list[dict[str, Any]] = []
        for message, at in facts:
            last = self.published[-1] if rows else None
            rows.append(self._next(last, message, key, region, new_id(), at))
        return rows

    def _next(self, last: Any, message: Message, key: str, region: str, id: UUID, at: datetime) -> dict[str, Any]:
        if key not in self.locked:
            raise ValueError("publish needs its key in transaction(lock=[...])")
        if at.tzinfo is None or not key.isascii():
            raise ValueError("at needs an offset, and a key must be ASCII to travel in a header")
        version, prev_hash = (last.version + 1, last.hash) if last else (1, FIRST_PREV_HASH)
        type_, body = message.DESCRIPTOR.full_name, to_body(message)
        own = event_hash(prev_hash, id=id, type=type_, key=key, version=version, time=time_text(at), body=body)
        event = LedgerEvent(id, type_, f"{type_}.{region}" if region else type_, key, version, at, prev_hash, own)
        self.published.append(event)
        return {**vars(event), "body": body, "traceparent": current_traceparent()}

    async def _last(self, key: str) -> Any:
        for event in reversed(self.published):
            if event.key == key:
                return event
        statement = "SELECT version, hash FROM events WHERE key = :key ORDER BY version DESC LIMIT 1"
        return (await run(self.session, statement, key=key)).one_or_none()

    async def idempotent(self, owner: str, key: str, fingerprint: bytes) -> Stored | None:
        """Claims the key for this transaction, waiting for another that holds it; the first answer if there was one.

        `fingerprint` is a digest of the request; the same key with another one is refused. After a claim the
        transaction must `remember` before it ends.
        """
        claim = """
            INSERT INTO idempotency_keys (owner, key, fingerprint) VALUES (:owner, :key, :fingerprint)
            ON CONFLICT DO NOTHING RETURNING 1
        """
        if (await run(self.session, claim, owner=owner, key=key, fingerprint=fingerprint)).one_or_none():
            self._claimed.add((owner, key))
            return None
        first = "SELECT fingerprint, status, body, headers FROM idempotency_keys WHERE owner = :owner AND key = :key"
        row = (await run(self.session, first, owner=owner, key=key)).one()
        if row.fingerprint != fingerprint:
            raise Invalid("idempotency-key-reused", _REUSED)
        return Stored(row.status, row.body, row.headers)

    async def remember(self, owner: str, key: str, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Keeps the answer for repeats of the key claimed in this transaction."""
        self._claimed.remove((owner, key))
        keep = """
            UPDATE idempotency_keys SET status = :status, body = :body, headers = CAST(:headers AS jsonb)
            WHERE owner = :owner AND key = :key
        """
        told = orjson.dumps(headers).decode()
        await run(self.session, keep, owner=owner, key=key, status=status, body=body, headers=told)

    def check_remembered(self) -> None:
        """Raises RuntimeError if a repeat of this request would find no answer."""
        if self._claimed:
            raise RuntimeError("an idempotency key was claimed but its answer not remembered")
