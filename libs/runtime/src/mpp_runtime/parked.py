"""Events that a consumer could not take: kept in order behind their key, shown, replayed or discarded by an operator."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Parked:
    """One parked event; `hash` as its header says, or the digest of the message where it says none."""

    consumer: str
    key: str
    version: int
    hash: bytes
    subject: str
    headers: dict[str, str]
    body: bytes
    reason: str
    status: str
    parked_at: datetime


async def park(
    session: AsyncSession, consumer: str, subject: str, headers: Mapping[str, str], body: bytes, reason: str
) -> None:
    """Keeps the message and, by that, quarantines its key for this consumer. The same message is kept once."""
    version, own = headers.get("ce-version", ""), headers.get("ce-hash", "")
    try:
        hash_, position = bytes.fromhex(own) or hashlib.sha256(body).digest(), int(version) % 2**63
    except ValueError:
        hash_, position = hashlib.sha256(repr(sorted(headers.items())).encode() + body).digest(), 0
    await session.execute(
        text(
            "INSERT INTO parked_events (consumer, key, version, hash, subject, headers, body, reason) VALUES "
            "(:consumer, :key, :version, :hash, :subject, CAST(:headers AS jsonb), :body, :reason) "
            "ON CONFLICT DO NOTHING"
        ),
        {
            "consumer": consumer,
            "key": headers.get("ce-subject", ""),
            "version": position,
            "hash": hash_,
            "subject": subject,
            "headers": orjson.dumps(dict(headers)).decode(),
            "body": body,
            "reason": reason,
        },
    )


async def is_quarantined(session: AsyncSession, consumer: str, key: str) -> bool:
    found = await session.execute(
        text("SELECT 1 FROM parked_events WHERE consumer = :consumer AND key = :key AND status = 'parked' LIMIT 1"),
        {"consumer": consumer, "key": key},
    )
    return found.one_or_none() is not None


async def list_parked(
    session: AsyncSession, consumer: str | None = None, key: str | None = None, status: str | None = "parked"
) -> list[Parked]:
    """In the order in which a replay takes them."""
    found = await session.execute(
        text(
            "SELECT consumer, key, version, hash, subject, headers, body, reason, status, parked_at FROM parked_events "
            "WHERE consumer = coalesce(CAST(:consumer AS text), consumer) AND key = coalesce(CAST(:key AS text), key) "
            "AND status = coalesce(CAST(:status AS text), status) ORDER BY consumer, key, version, parked_at"
        ),
        {"consumer": consumer, "key": key, "status": status},
    )
    return [Parked(**row) for row in found.mappings()]


async def resolve(session: AsyncSession, one: Parked, status: str, resolution: str = "") -> None:
    """Marks it replayed or discarded; the row stays as evidence."""
    await session.execute(
        text(
            "UPDATE parked_events SET status = :status, resolution = :resolution, resolved_at = now() "
            "WHERE consumer = :consumer AND key = :key AND version = :version AND hash = :hash"
        ),
        {
            "status": status,
            "resolution": resolution,
            "consumer": one.consumer,
            "key": one.key,
            "version": one.version,
            "hash": one.hash,
        },
    )


async def count_parked(session: AsyncSession) -> dict[str, Any]:
    """Consumer → parked events, for health and metrics."""
    found = await session.execute(
        text("SELECT consumer, count(*) FROM parked_events WHERE status = 'parked' GROUP BY consumer")
    )
    return {consumer: count for consumer, count in found.all()}
