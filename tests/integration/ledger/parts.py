"""What the tests of the runtime share: settings, events made by hand, a stream read back."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from mpp.applications.v1.events_pb2 import ApplicationSubmitted, Standing
from mpp_ledger.bus import Bus
from mpp_ledger.events import FIRST_PREV_HASH, event_hash, time_text, to_body, to_headers
from mpp_runtime.ids import new_id
from mpp_runtime.settings import Settings

STREAM = "APPLICATIONS"
SOURCE = "/mpp/applications"
SUBJECTS = ["mpp.applications.v1.>"]
TYPE = "mpp.applications.v1.ApplicationSubmitted"


def make_settings(**given: Any) -> Settings:
    values = {
        "environment": "demo",
        "nats_url": "nats://127.0.0.1:1",
        "rest_port": 0,
        "public_url": "http://localhost:8080",
        "jwks_url": "http://127.0.0.1:1/jwks",
        "token_url": "http://127.0.0.1:1/token",
        "client_id": "applications",
        "client_secret": "synthetic",
    }
    return Settings(**{**values, **given})


def submitted(key: str, promised: str = "2026-09-01") -> ApplicationSubmitted:
    return ApplicationSubmitted(standing=Standing(application=key, service="sip-perawat"), promised_date=promised)


def make_chain(key: str, length: int, traceparent: str | None = None) -> list[dict[str, Any]]:
    """Rows as the ledger would hold them."""
    rows: list[dict[str, Any]] = []
    prev_hash = FIRST_PREV_HASH
    for version in range(1, length + 1):
        at, id_, body = datetime.now(UTC), new_id(), to_body(submitted(key, str(version)))
        own = event_hash(prev_hash, id=id_, type=TYPE, key=key, version=version, time=time_text(at), body=body)
        rows.append(
            {
                "id": id_,
                "key": key,
                "version": version,
                "type": TYPE,
                "subject": f"{TYPE}.33.14",
                "at": at,
                "body": body,
                "prev_hash": prev_hash,
                "hash": own,
                "traceparent": traceparent,
            }
        )
        prev_hash = own
    return rows


async def publish(bus: Bus, *rows: dict[str, Any]) -> None:
    """In this order and without a message id, so that the stream keeps repeats too."""
    for row in rows:
        headers = to_headers(row, SOURCE)
        del headers["Nats-Msg-Id"]
        await bus.js.publish(row["subject"], row["body"], headers=headers)


async def read_stream(bus: Bus, stream: str = STREAM) -> list[Any]:
    state = (await bus.js.stream_info(stream)).state
    return [await bus.js.get_msg(stream, seq) for seq in range(state.first_seq, state.last_seq + 1)]


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    """Waits until it holds. Raises TimeoutError if it never did."""
    end = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > end:
            raise TimeoutError("never came true")
        await asyncio.sleep(0.05)
