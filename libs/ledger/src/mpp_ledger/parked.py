"""Events that a consumer could not take: kept in order behind their key, shown, replayed or given up by an operator."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_ledger.sql import run


@dataclass(frozen=True)
class Parked:
    """One parked event; `hash` as its header says, or a digest of the message where that is unreadable."""

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
    # A forger's header may hold what no column does.
    headers = {k: v.encode("ascii", "replace").decode().replace("\0", "?") for k, v in headers.items()}
    try:
        version, hash_ = int(headers["ce-version"]) % 2**63, bytes.fromhex(headers["ce-hash"])
    except (KeyError, ValueError):
        version, hash_ = 0, hashlib.sha256(repr(sorted(headers.items())).encode() + body).digest()
    await run(
        session,
        """
        INSERT INTO parked_events (consumer, key, version, hash, subject, headers, body, reason)
        VALUES (:consumer, :key, :version, :hash, :subject, CAST(:headers AS jsonb), :body, :reason)
        ON CONFLICT DO NOTHING
        """,
        consumer=consumer,
        key=headers.get("ce-subject", ""),
        version=version,
        hash=hash_,
        subject=subject,
        headers=orjson.dumps(headers).decode(),
        body=body,
        reason=reason,
    )


async def list_parked(
    session: AsyncSession, consumer: str | None = None, key: str | None = None, status: str | None = "parked"
) -> list[Parked]:
    """In the order in which a replay takes them; nothing given means all."""
    found = await run(
        session,
        """
        SELECT consumer, key, version, hash, subject, headers, body, reason, status, parked_at FROM parked_events
        WHERE consumer = coalesce(CAST(:consumer AS text), consumer) AND key = coalesce(CAST(:key AS text), key)
          AND status = coalesce(CAST(:status AS text), status) ORDER BY consumer, key, version, parked_at
        """,
        consumer=consumer,
        key=key,
        status=status,
    )
    return [Parked(**row) for row in found.mappings()]


async def resolve(
    session: AsyncSession, one: Parked, status: Literal["replayed", "discarded"], resolution: str = ""
) -> None:
    """Marks it; the row stays as evidence."""
    await run(
        session,
        """
        UPDATE parked_events SET status = :status, resolution = :resolution, resolved_at = now()
        WHERE consumer = :consumer AND key = :key AND version = :version AND hash = :hash
        """,
        status=status,
        resolution=resolution,
        consumer=one.consumer,
        key=one.key,
        version=one.version,
        hash=one.hash,
    )
