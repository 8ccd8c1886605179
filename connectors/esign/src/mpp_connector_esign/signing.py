"""Sign the attributes of one document for one task: signature, certificates, time stamp and CRLs for PAdES B-LT."""

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from mpp_connector_esign.authority import Authority
from mpp_connector_esign.profiles import Subject
from mpp_connector_esign.signed_attributes import AttributesRefused, check
from mpp_connector_esign.signed_tasks import SignedTasks
from mpp_connector_esign.time_stamps import TimeStamper

SUBJECT_FIELDS = ("id", "name", "title", "agency", "region")


class SigningRefused(Exception):
    """The authority does not sign this. `code` is stable; the texts are in `connector.TEXTS`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


class Signing:
    """The act of signing, without any wire."""

    def __init__(self, authority: Authority, tasks: SignedTasks) -> None:
        self._authority = authority
        self._tasks = tasks
        self._stamper = TimeStamper(authority.time_stamper, authority.issuing.certificate)

    def certificates(self, signer: Any) -> list[str]:
        """PEM of leaf, issuer and root for a signer {id, name, title, agency, region}."""
        issued = self._authority.signer(subject_of(signer))
        return [_pem(certificate) for certificate in self._authority.chain(issued.certificate)]

    async def sign(self, task: str, request: dict[str, Any], now: datetime | None = None) -> dict[str, Any]:
        """The answer of task `sign`. A task that was signed is not signed again: its first answer comes back.

        `request` is {"signer", "signed_attributes": b64 DER, "digest_algorithm": "sha256"}.
        """
        digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()
        if signed := self._tasks.find(task):
            if signed[0] != digest:
                raise SigningRefused("task-signed-for-another-document")
            return signed[1]
        attributes = self._attributes(request)
        issued = self._authority.signer(subject_of(request.get("signer")))
        try:
            check(attributes, issued.certificate.public_bytes(serialization.Encoding.DER))
        except AttributesRefused as error:
            raise SigningRefused("attributes-refused", error.code) from error
        signature = issued.key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
        at = now or datetime.now(UTC)
        answer = {
            "signature": _b64(signature),
            "certificates": [_pem(certificate) for certificate in self._authority.chain(issued.certificate)],
            "timestamp_token": _b64(await self._stamper.stamp(signature, at)),
            "crls": [_b64(crl) for crl in self._authority.crls(at)],
        }
        return self._tasks.keep(task, digest, answer, at.isoformat())

    def _attributes(self, request: dict[str, Any]) -> bytes:
        if request.get("digest_algorithm") != "sha256":
            raise SigningRefused("digest-algorithm-refused")
        try:
            return base64.b64decode(request["signed_attributes"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise SigningRefused("attributes-refused", "attributes-not-base64") from error


def subject_of(signer: Any) -> Subject:
    """The signing position asked for; SigningRefused when it is not one."""
    if not isinstance(signer, dict) or set(signer) != set(SUBJECT_FIELDS):
        raise SigningRefused("signer-unknown")
    if not all(isinstance(signer[name], str) and 0 < len(signer[name]) <= 200 for name in SUBJECT_FIELDS):
        raise SigningRefused("signer-unknown")
    return Subject(**signer)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
