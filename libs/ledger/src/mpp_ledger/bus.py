"""The connection to NATS: made in the background, kept through restarts of the server."""

import asyncio
from typing import Any

import nats.errors
import nats.js.errors
from mpp_runtime.settings import Settings
from mpp_telemetry.log import get_logger
from nats.aio.client import Client
from nats.js import JetStreamContext, api

_log = get_logger(__name__)


class Bus:
    """`nc` is the NATS client, `js` its JetStream context. Made by `connect`."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.nc = Client()
        self.js: JetStreamContext = self.nc.jetstream(timeout=5)
        self._settings = settings
        self._name = name
        self._last_error = ""

    @classmethod
    async def connect(cls, settings: Settings, name: str) -> "Bus":
        """Waits 5 s for the server, then goes on trying in the background: a service starts without the bus.

        `name` is the service; its replies come to `_INBOX_<name>.>`.
        """
        bus = cls(settings, name)
        bus._connecting = asyncio.create_task(bus._connect())
        await asyncio.wait([bus._connecting], timeout=5)
        if not bus.nc.is_connected:
            _log.warning("bus is away, going on without it")
        return bus

    async def _connect(self) -> None:
        seed = self._settings.nats_seed
        await self.nc.connect(
            self._settings.nats_url,
            name=self._name,
            nkeys_seed_str=seed.get_secret_value() if seed else None,
            inbox_prefix=f"_INBOX_{self._name}",
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,  # type: ignore[arg-type]
            connect_timeout=2,
        )

    # The client would log a traceback for each failed attempt; one line when the error changes is enough.
    async def _on_error(self, error: Exception) -> None:
        if (kind := type(error).__name__) != self._last_error:
            self._last_error = kind
            _log.warning("bus error", error=kind)

    async def _on_disconnected(self) -> None:
        _log.warning("bus disconnected")

    async def _on_reconnected(self) -> None:
        self._last_error = ""
        _log.info("bus reconnected")

    async def ensure_stream(self, name: str, subjects: list[str], **extra: Any) -> None:
        """Makes the stream (file storage, deny delete and purge, discard new) or brings its subjects up to date."""
        config = api.StreamConfig(
            name=name,
            subjects=subjects,
            **{
                "storage": api.StorageType.FILE,
                "retention": api.RetentionPolicy.LIMITS,
                "discard": api.DiscardPolicy.NEW,
                "deny_delete": True,
                "deny_purge": True,
                "duplicate_window": 120.0,
                "num_replicas": self._settings.nats_replicas,
                **extra,
            },
        )
        try:
            await self.js.add_stream(config)
        except nats.js.errors.BadRequestError:
            # It is there with another configuration: what cannot be changed stays an error.
            await self.js.update_stream(config)

    async def write_probe(self) -> None:
        """Raises unless the server stores a message now: a full disk shows in nothing else (reliability §4, F13)."""
        if not self.nc.is_connected:
            raise nats.errors.ConnectionReconnectingError  # the client would keep the message and wait
        ack_wait = 2.0
        try:
            await self.js.publish(f"HEALTH.{self._name}", b"", timeout=ack_wait)
        except nats.js.errors.NoStreamResponseError:
            await self.ensure_stream(
                "HEALTH",
                ["HEALTH.>"],
                discard=api.DiscardPolicy.OLD,
                deny_delete=False,
                deny_purge=False,
                max_msgs_per_subject=1,
            )
            await self.js.publish(f"HEALTH.{self._name}", b"", timeout=ack_wait)

    async def close(self) -> None:
        """Lets what is under way finish, then closes."""
        self._connecting.cancel()
        if self.nc.is_connected:
            await self.nc.drain()
        elif not self.nc.is_closed:
            await self.nc.close()

    _connecting: asyncio.Task[None]
