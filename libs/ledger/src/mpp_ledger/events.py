"""The event as it travels: its hash, its body and its headers (docs/events.md), the same on both sides of the bus."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

FIRST_PREV_HASH = bytes(32)  # prev_hash of version 1


@dataclass(frozen=True)
class LedgerEvent:
    """One row of the ledger, as committed."""

    id: UUID
    type: str
    subject: str
    key: str
    version: int
    at: datetime
    prev_hash: bytes
    hash: bytes


@dataclass(frozen=True)
class Event:
    """One fact as heard: `type` is the full proto name, `key` the thing it is about, `data` its proto3 JSON."""

    id: UUID
    type: str
    subject: str
    key: str
    version: int
    at: datetime
    data: dict[str, Any]
    body: bytes
    prev_hash: bytes
    hash: bytes
    traceparent: str | None
    source: str


def to_body(message: Message) -> bytes:
    """proto3 JSON, lowerCamelCase, keys sorted, no spaces, UTF-8."""
    return orjson.dumps(MessageToDict(message), option=orjson.OPT_SORT_KEYS)


def time_text(at: datetime) -> str:
    """RFC 3339 in UTC with six decimals and `Z`: the spelling that is hashed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_hash(prev_hash: bytes, *, id: UUID, type: str, key: str, version: int, time: str, body: bytes) -> bytes:
    """SHA-256 over prev_hash followed by the canonical JSON of {data, id, key, time, type, version}."""
    told = {"id": str(id), "type": type, "key": key, "version": version, "time": time, "data": orjson.loads(body)}
    return hashlib.sha256(prev_hash + orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def to_headers(row: Mapping[str, Any], source: str) -> dict[str, str]:
    """CloudEvents 1.0 headers (binary mode) of a ledger row, with our position and chain beside them."""
    headers = {
        "Nats-Msg-Id": str(row["id"]),
        "ce-specversion": "1.0",
        "ce-id": str(row["id"]),
        "ce-source": source,
        "ce-type": row["type"],
        "ce-subject": row["key"],
        "ce-time": time_text(row["at"]),
        "ce-dataschema": f"urn:mpp:proto:{row['type']}",
        "ce-version": str(row["version"]),
        "ce-prevhash": row["prev_hash"].hex(),
        "ce-hash": row["hash"].hex(),
        "content-type": "application/json",
    }
    return headers | ({"traceparent": row["traceparent"]} if row["traceparent"] else {})


def from_message(subject: str, headers: Mapping[str, str], body: bytes) -> Event:
    """The event of a message. Raises KeyError, TypeError or ValueError if it is none of ours."""
    data = orjson.loads(body)
    if not isinstance(data, dict):
        raise TypeError("body is not an object")
    version, prev_hash, own = int(headers["ce-version"]), bytes.fromhex(headers["ce-prevhash"]), headers["ce-hash"]
    if not 0 < version < 2**63 or len(prev_hash) != 32 or len(bytes.fromhex(own)) != 32:
        raise ValueError("position or chain out of range")
    return Event(
        id=UUID(headers["ce-id"]),
        type=headers["ce-type"],
        subject=subject,
        key=headers["ce-subject"],
        version=version,
        at=datetime.fromisoformat(headers["ce-time"]),
        data=data,
        body=body,
        prev_hash=prev_hash,
        hash=bytes.fromhex(own),
        traceparent=headers.get("traceparent"),
        source=headers["ce-source"],
    )


def is_genuine(event: Event, time: str) -> bool:
    """Whether the event's hash is the hash of what it says; `time` as spelt in its header."""
    told = event_hash(
        event.prev_hash,
        id=event.id,
        type=event.type,
        key=event.key,
        version=event.version,
        time=time,
        body=event.body,
    )
    return told == event.hash
