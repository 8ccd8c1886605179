"""The one outbound connection: nkey, own inbox, reconnects for ever, and one line in the log instead of a flood."""

import logging
from collections.abc import Callable
from time import monotonic

import nats
from nats.aio.client import Client

from mpp_connector import log
from mpp_connector.settings import Settings

QUIET_SECONDS = 60.0


class Errors:
    """Logs each kind of NATS error at most once a minute; nats-py would write a traceback for every failed attempt."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    async def note(self, error: Exception) -> None:
        """nats-py's error callback."""
        detail = str(error)[:200]
        kind = f"{type(error).__name__} {detail if 'ermissions' in detail else ''}"
        if monotonic() - self._last.get(kind, -QUIET_SECONDS) >= QUIET_SECONDS:
            self._last[kind] = monotonic()
            log.note(logging.WARNING, "nats-error", error=type(error).__name__, detail=detail)


async def connect(
    settings: Settings,
    agency: str,
    *,
    on_lost: Callable[[], None],
    on_back: Callable[[], None],
    on_closed: Callable[[], None],
) -> Client:
    """Connect, waiting as long as it takes. `on_closed` is called when this client will not come back by itself."""

    async def lost() -> None:
        on_lost()

    async def back() -> None:
        on_back()

    async def closed() -> None:
        on_closed()

    return await nats.connect(
        settings.nats_url.split(","),
        name=f"connector-{agency}",
        nkeys_seed_str=settings.nats_seed.get_secret_value().strip(),
        inbox_prefix=f"_INBOX_{agency}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=5,
        ping_interval=20,
        max_outstanding_pings=2,
        error_cb=Errors().note,
        disconnected_cb=lost,
        reconnected_cb=back,
        closed_cb=closed,
    )


async def fence(client: Client) -> None:
    """Wait until the server has read everything sent so far.

    Twice, because nats-py 2.16.0 writes the PING of a flush before the commands that are still waiting to be written.
    """
    await client.flush()
    await client.flush()
