"""Mutual TLS between services: who gets in, and certificates that are renewed while calls go on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mpp.notifications.v1 import notifications_pb2_grpc
from mpp_embedded import NatsServer
from mpp_ledger.bus import Bus
from mpp_runtime import grpc_server
from mpp_runtime.errors import TryLater
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer

from tests.integration.ledger.parts import make_settings
from tests.integration.runtime.test_grpc import REQUEST, Codes, Tokens, codes, issuer, make_server
from tests.unit.runtime.issuer import Issuer

__all__ = ["codes", "issuer"]


class Authority:
    """Issues what cert-manager would."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "an authority")])
        self.certificate = self._sign(name, name, self.key.public_key(), x509.BasicConstraints(True, None))

    def fill(self, folder: Path) -> Path:
        """A certificate for localhost, and what is needed to check others."""
        folder.mkdir(exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a service")])
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        chain = self._sign(name, self.certificate.subject, key.public_key(), names)
        pem = serialization.Encoding.PEM
        (folder / "tls.crt").write_bytes(chain.public_bytes(pem))
        (folder / "ca.crt").write_bytes(self.certificate.public_bytes(pem))
        (folder / "tls.key").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return folder

    def _sign(self, subject: x509.Name, issuer: x509.Name, key: Any, extension: x509.ExtensionType) -> Any:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), now, now + timedelta(days=1))
            .add_extension(extension, critical=False)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
async def server(
    issuer: Issuer, codes: Codes, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[GrpcServer]:
    """With a certificate in `tmp_path/server`; each connection lives about a third of a second."""
    monkeypatch.setattr(grpc_server, "_AGE_MS", 300)
    server = make_server(issuer, codes, tls_dir=authority.fill(tmp_path / "server"))
    await server.start()
    yield server
    await server.stop(0)


async def send(server: GrpcServer, issuer: Issuer, folder: Path | None) -> Any:
    channel = ServiceChannel(f"localhost:{server.port}", Tokens(issuer, "identity"), folder)
    try:
        return await notifications_pb2_grpc.CodesStub(channel.channel).Send(REQUEST)
    finally:
        await channel.close()


async def test_only_a_certificate_of_the_same_authority_gets_in(
    server: GrpcServer, issuer: Issuer, authority: Authority, codes: Codes, tmp_path: Path
) -> None:
    assert (await send(server, issuer, authority.fill(tmp_path / "caller"))).channel == "email for identity"
    stranger = Authority().fill(tmp_path / "stranger")
    # It trusts our server, and still has no certificate of our authority.
    (stranger / "ca.crt").write_bytes((tmp_path / "caller" / "ca.crt").read_bytes())
    for folder in (stranger, None):
        with pytest.raises(TryLater):
            await send(server, issuer, folder)
    bare = grpc.ssl_channel_credentials((tmp_path / "caller" / "ca.crt").read_bytes())
    async with grpc.aio.secure_channel(f"localhost:{server.port}", bare) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await notifications_pb2_grpc.CodesStub(channel).Send(REQUEST, timeout=1)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert codes.calls == 1


async def test_a_server_of_another_authority_is_not_believed(
    server: GrpcServer, issuer: Issuer, authority: Authority, codes: Codes, tmp_path: Path
) -> None:
    caller = authority.fill(tmp_path / "caller")
    (caller / "ca.crt").write_bytes((Authority().fill(tmp_path / "other") / "ca.crt").read_bytes())
    with pytest.raises(TryLater):
        await send(server, issuer, caller)
    assert codes.calls == 0


async def test_calls_go_on_while_certificates_are_renewed_and_connections_made_anew(
    server: GrpcServer, issuer: Issuer, authority: Authority, codes: Codes, tmp_path: Path
) -> None:
    caller = authority.fill(tmp_path / "caller")
    channel = ServiceChannel(f"localhost:{server.port}", Tokens(issuer, "identity"), caller)
    stub = notifications_pb2_grpc.CodesStub(channel.channel)
    for _ in range(3):
        codes.peers.clear()
        while len(codes.peers) < 3:
            await stub.Send(REQUEST)
        # Another authority altogether: a side that kept an old file would refuse the other from now on.
        renewed = Authority()
        for folder in (tmp_path / "server", caller):
            renewed.fill(folder)
    await stub.Send(REQUEST)
    await channel.close()


async def test_the_bus_is_reached_in_tls_and_only_if_its_server_is_believed(
    authority: Authority, tmp_path: Path
) -> None:
    files = authority.fill(tmp_path / "files")
    config = tmp_path / "nats.conf"
    tls = f'tls {{ cert_file: "{files}/tls.crt", key_file: "{files}/tls.key" }}'
    config.write_text(f'jetstream {{ store_dir: "{tmp_path}/store" }}\n{tls}\n')
    server = NatsServer(config, log=tmp_path / "nats.log")
    server.start()
    url = server.url.replace("nats://127.0.0.1", "tls://localhost")
    try:
        bus = await Bus.connect(make_settings(nats_url=url, tls_dir=files), "applications")
        await bus.write_probe()
        await bus.close()
        doubting = await Bus.connect(make_settings(nats_url=url, tls_dir=Authority().fill(tmp_path / "x")), "catalog")
        assert not doubting.nc.is_connected
        await doubting.close()
    finally:
        server.stop()
