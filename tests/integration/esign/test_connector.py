"""The signature provider as a process on the real bus: certificate, signature, no second signing, all simulated."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from mpp_cli import nats_config

from tests.integration.connectors.platform_side import Platform
from tests.integration.connectors.walls import DEFINITIONS, Copy, Walls, eventually

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
SIGNER = {"id": "o1", "name": "Hendra Gunawan", "title": "Kepala DPMPTSP", "agency": "dpmptsp", "region": "33.14"}


@pytest.fixture
async def walls(tmp_path: Path) -> AsyncIterator[Walls]:
    async with Walls(tmp_path, nats_config.load_agencies(DEFINITIONS)).running() as built:
        yield built


@pytest.fixture
async def platform(walls: Walls) -> Platform:
    return await Platform(walls).start()


@pytest.fixture
async def esign(walls: Walls, tmp_path: Path) -> AsyncIterator[Copy]:
    running = Copy(walls, "esign", tmp_path / "copy", ["-m", "mpp_connector_esign"])
    await running.start()
    yield running
    running.kill()


def attributes(leaf: bytes, digest: bytes = b"d" * 32) -> str:
    reference = {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(leaf).digest()}
    found = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [reference]})]}
            ),
        ]
    )
    return base64.b64encode(found.dump()).decode()


async def leaf_of(platform: Platform) -> x509.Certificate:
    answer = await platform.look_up("esign", "certificate", {"signer": SIGNER})
    assert answer.outcome == "found", answer
    assert answer.source is not None
    assert answer.source["simulated"] is True
    return x509.load_pem_x509_certificate(answer.data["certificates"][0].encode())


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


async def test_a_document_is_signed_and_asked_again_gets_the_same(platform: Platform, esign: Copy) -> None:
    leaf = await leaf_of(platform)
    given: dict[str, Any] = {
        "signer": SIGNER,
        "signed_attributes": attributes(der(leaf)),
        "digest_algorithm": "sha256",
    }
    task = await platform.offer_input("esign", given, name="sign")
    await eventually(lambda: str(task) in platform.effects, esign.log_file.read_text)
    body = platform.effects[str(task)]
    assert (body["outcome"], body["simulated"]) == ("accepted", True)
    data = body["data"]
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    signed = base64.b64decode(given["signed_attributes"])
    key.verify(base64.b64decode(data["signature"]), signed, padding.PKCS1v15(), hashes.SHA256())
    assert len(data["certificates"]) == 3
    assert len(data["crls"]) == 2

    # Another copy of the connector, with an empty outbox of its own, must not sign again.
    await platform.offer_input("esign", given, name="sign", task=task, attempt=2)
    await eventually(lambda: len(platform.results(task)) == 2, esign.log_file.read_text)
    assert platform.results(task)[1]["data"] == data
    assert not any(text in esign.log_file.read_text() for text in ("Hendra", data["signature"][:40]))


async def test_what_is_no_signature_of_the_named_signer_is_rejected(platform: Platform, esign: Copy) -> None:
    leaf = await leaf_of(platform)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"signed_attributes": base64.b64encode(b"anything").decode()}, "attributes-refused"),
        ({"signed_attributes": attributes(b"another certificate")}, "attributes-refused"),
        ({"digest_algorithm": "md5"}, "digest-algorithm-refused"),
        ({"signer": {"id": "o1"}}, "signer-unknown"),
    ]
    for change, code in refused:
        given = {"signer": SIGNER, "signed_attributes": attributes(der(leaf)), "digest_algorithm": "sha256"} | change
        task = await platform.offer_input("esign", given, name="sign", task=uuid4())
        await eventually(lambda task=task: str(task) in platform.effects, esign.log_file.read_text)  # type: ignore[misc]
        body = platform.effects[str(task)]
        assert body["outcome"] == "rejected", change
        assert [reason["code"] for reason in body["reasons"]] == [code]
        assert "simulasi" in body["reasons"][0]["text"]["id"]


async def test_copies_share_one_authority(walls: Walls, platform: Platform, tmp_path: Path) -> None:
    first = Copy(walls, "esign", tmp_path / "one", ["-m", "mpp_connector_esign"])
    second = Copy(walls, "esign", tmp_path / "two", ["-m", "mpp_connector_esign"])
    for copy in (first, second):
        copy._environment["MPP_ESIGN_AUTHORITY_DIR"] = str(tmp_path / "authority")
    try:
        await asyncio.gather(first.start(), second.start())
        leaves = {der(await leaf_of(platform)) for _ in range(6)}
        assert len(leaves) == 1
    finally:
        first.kill()
        second.kill()
