"""TLS between services, both sides proving who they are: a folder with tls.crt, tls.key, ca.crt, renewed as we run."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from mpp_telemetry.log import get_logger

_log = get_logger(__name__)
# What is under way on a connection made with the certificate before gets so long.
_GRACE_SECONDS = 30.0


class Certificate:
    """The files of one folder; `changed` tells once that they were renewed. Raises OSError if one is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = self._now()

    def changed(self) -> bool:
        """Whether the files are others than the last time. A folder that cannot be read now counts as unchanged."""
        try:
            stamp = self._now()
        except OSError as error:
            _log.warning("certificate not read", error=type(error).__name__)
            return False
        before, self._stamp = self._stamp, stamp
        return stamp != before

    def for_channels(self) -> grpc.ChannelCredentials:
        key, chain, authority = self._read()
        return grpc.ssl_channel_credentials(authority, key, chain)

    def for_server(self) -> grpc.ServerCredentials:
        """Nobody without a certificate of the same authority gets in; each handshake uses the newest files."""

        def renewed() -> grpc.ServerCertificateConfiguration | None:
            return self._configuration() if self.changed() else None

        first = self._configuration()
        return grpc.dynamic_ssl_server_credentials(first, renewed, require_client_authentication=True)  # type: ignore[arg-type]  # None: as before

    def _configuration(self) -> grpc.ServerCertificateConfiguration:
        key, chain, authority = self._read()
        return grpc.ssl_server_certificate_configuration([(key, chain)], authority)

    def _read(self) -> tuple[bytes, bytes, bytes]:
        key, chain, authority = (self._folder / name for name in ("tls.key", "tls.crt", "ca.crt"))
        return key.read_bytes(), chain.read_bytes(), authority.read_bytes()

    def _now(self) -> tuple[float, ...]:
        return tuple((self._folder / name).stat().st_mtime_ns for name in ("tls.key", "tls.crt", "ca.crt"))


class RenewedChannel:
    """Stands for a channel: once the certificate was renewed, calls go over a new one and the old one drains."""

    def __init__(self, make: Callable[[], grpc.aio.Channel], certificate: Certificate) -> None:
        self._make, self._certificate = make, certificate
        self._channel = make()
        self._draining: set[asyncio.Task[None]] = set()

    def unary_unary(self, *told: Any, **given: Any) -> Callable[..., Any]:
        """What a generated stub asks of a channel."""
        made: list[Any] = [None, None]

        def call(request: Any, **options: Any) -> Any:
            channel = self._current()
            if made[0] is not channel:
                made[:] = channel, channel.unary_unary(*told, **given)
            return made[1](request, **options)

        return call

    def _current(self) -> grpc.aio.Channel:
        if self._certificate.changed():
            old, self._channel = self._channel, self._make()
            draining = asyncio.ensure_future(old.close(_GRACE_SECONDS))
            self._draining.add(draining)
            draining.add_done_callback(self._draining.discard)
        return self._channel

    async def close(self, grace: float | None = None) -> None:
        await self._channel.close(grace)


def trusting(folder: Path) -> ssl.SSLContext:
    """For connections to servers of the same authority that are not gRPC."""
    return ssl.create_default_context(cafile=folder / "ca.crt")
