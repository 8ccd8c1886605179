"""RFC 3161 time-stamp tokens."""

import hashlib
import secrets
from datetime import UTC, datetime

from asn1crypto import algos, cms, core, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from mpp_connector_esign.profiles import Issued

# The OID of a UUID (ITU-T X.667) needs no registration: this policy says "a simulation, never evidence".
POLICY = "2.25.136543193104265118042836121917208613889"
DIGEST = "sha256"


class TimeStamper:
    """Says that a digest existed at a time, with the time-stamp key of the authority."""

    def __init__(self, issued: Issued, issuing: x509.Certificate) -> None:
        self._certificate = asn1_certificate(issued.certificate)
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1_certificate(issuing))
        key = issued.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._signer = SimpleSigner(self._certificate, keys.PrivateKeyInfo.load(key), store, embed_roots=False)

    async def stamp(self, data: bytes, at: datetime | None = None) -> bytes:
        """The token over SHA-256 of `data` as DER, true to the second."""
        at = (at or datetime.now(UTC)).replace(microsecond=0)
        imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": DIGEST}), "hashed_message": _digest(data)}
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": tsp.ObjectIdentifier(POLICY),
                "message_imprint": tsp.MessageImprint(imprint),
                "serial_number": secrets.randbits(159),
                "gen_time": core.GeneralizedTime(at),
                "accuracy": tsp.Accuracy({"seconds": 1}),
                "tsa": asn1_x509.GeneralName(name="directory_name", value=self._certificate.subject),
            }
        )
        content = core.ParsableOctetString(info.dump())
        token = await self._signer.async_sign(
            _digest(info.dump()),
            DIGEST,
            is_pdf_sig=False,
            encap_content_info=cms.EncapsulatedContentInfo({"content_type": "tst_info", "content": content}),
        )
        return bytes(token.dump())


def asn1_certificate(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate in the type pyHanko works with."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
