"""The simulated certification authority on disk: root → issuing → one certificate a signing position, a time stamper.

The seam where a national authority goes is README.md's first section. Here the root's key lies beside the others, which
only a simulation may do.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mpp_connector_esign.profiles import (
    Addresses,
    Issued,
    Subject,
    make_crl,
    make_issuing,
    make_root,
    make_signer,
    make_time_stamper,
)

# Nothing is served there: every signature carries its certificates and CRLs with it.
DEFAULT_ADDRESS = "http://pki-simulasi.example.id"
ISSUING_CRL_LIFE = timedelta(days=7)
ROOT_CRL_LIFE = timedelta(days=400)
RENEW_BEFORE = timedelta(days=30)


class Authority:
    """Opens the authority in `folder`, making it first if the folder is empty. Keys are 0600, the folder 0700.

    Several copies of the connector may share the folder: whoever makes a file first wins, the others read it.
    """

    def __init__(self, folder: Path, address: str = DEFAULT_ADDRESS) -> None:
        self._folder = folder
        self._addresses = Addresses(address.rstrip("/"))
        self._keys = folder / "keys"
        self._signers = self._keys / "signers"
        for path in (folder, self._keys, self._signers):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        now = datetime.now(UTC)
        self.root = self._open("root", lambda: make_root(now))
        self.issuing = self._open("issuing", lambda: make_issuing(self.root, self._addresses, now))
        self.time_stamper = self._open("time-stamp", lambda: make_time_stamper(self.issuing, self._addresses, now))
        _write(self.root_file, _pem(self.root.certificate), mode=0o644)

    @property
    def root_file(self) -> Path:
        """The root certificate as PEM: what a verifier trusts (MPP_TRUST_ROOTS_FILE)."""
        return self._folder / "root.pem"

    def signer(self, subject: Subject, now: datetime | None = None) -> Issued:
        """Key and certificate of a signing position; made when first asked for, and anew before it runs out."""
        now = now or datetime.now(UTC)
        digest = hashlib.sha256(json.dumps(asdict(subject), sort_keys=True).encode()).hexdigest()[:32]
        revoked = self.revoked()
        for generation in range(1, 1000):
            issued = self._open(
                f"signers/{digest}-{generation}",
                lambda: make_signer(subject, self.issuing, self._addresses, now),
            )
            certificate = issued.certificate
            if certificate.not_valid_after_utc > now + RENEW_BEFORE and certificate.serial_number not in revoked:
                return issued
        raise RuntimeError("a thousand certificates for one position: something revokes each of them")

    def signer_of(self, certificate_hash: bytes) -> Issued | None:
        """The signing key behind a certificate, by the SHA-256 of its DER. None if this authority never made it."""
        for path in sorted(self._signers.glob("*.pem")):
            issued = _read(path)
            if hashlib.sha256(_der(issued.certificate)).digest() == certificate_hash:
                return issued
        return None

    def chain(self, leaf: x509.Certificate) -> list[x509.Certificate]:
        return [leaf, self.issuing.certificate, self.root.certificate]

    def crls(self, now: datetime | None = None) -> list[bytes]:
        """The issuing and the root CRL as DER, made now, so that they speak of the time after a signature just made."""
        now = (now or datetime.now(UTC)).replace(microsecond=0)
        number = int(now.timestamp())
        revoked = self.revoked()
        issuing = make_crl(self.issuing, revoked, now, ISSUING_CRL_LIFE, number)
        root = make_crl(self.root, {}, now, ROOT_CRL_LIFE, number)
        return [crl.public_bytes(serialization.Encoding.DER) for crl in (issuing, root)]

    def publish_crls(self) -> None:
        """Write both CRLs beside the keys, for whoever serves them."""
        for name, crl in zip(("issuing.crl", "root.crl"), self.crls(), strict=True):
            _replace(self._folder / name, crl)

    def revoke(self, serial: int, at: datetime | None = None) -> None:
        """Put a certificate of the issuing authority on every CRL made from now on."""
        revoked = self.revoked() | {serial: (at or datetime.now(UTC)).replace(microsecond=0)}
        body = {str(number): time.isoformat() for number, time in sorted(revoked.items())}
        _replace(self._folder / "revoked.json", json.dumps(body).encode())

    def revoked(self) -> dict[int, datetime]:
        try:
            body = json.loads((self._folder / "revoked.json").read_text())
        except FileNotFoundError:
            return {}
        return {int(serial): datetime.fromisoformat(at) for serial, at in body.items()}

    def _open(self, name: str, make: Callable[[], Issued]) -> Issued:
        path = self._keys / f"{name}.pem"
        if not path.exists():
            issued = make()
            key = issued.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            _write(path, key + _pem(issued.certificate), mode=0o600)
        return _read(path)


def _write(path: Path, body: bytes, mode: int) -> None:
    """Write a file that must not change any more: whole or not at all, and never over one that is there."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _replace(path: Path, body: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    draft.write_bytes(body)
    draft.replace(path)


def _read(path: Path) -> Issued:
    body = path.read_bytes()
    key = serialization.load_pem_private_key(body, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path.name}: not a key of this authority")
    return Issued(key, x509.load_pem_x509_certificate(body))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
