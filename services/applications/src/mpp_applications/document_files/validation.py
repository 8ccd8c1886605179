"""Is the signature of a PDF good? Judged with what the file brings (DSS) and our trust roots, without any network.

The certificates are judged at the time of the signature's time stamp, so that a document stays verifiable after the
signer's certificate and the CRLs have run out. That a time stamp was not made later with a stolen key is not provable
from the file alone; here the digest kept at issuance proves it, and `use_cases.verification` asks for both.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO

from asn1crypto import pem, x509
from pyhanko.pdf_utils import filters
from pyhanko.pdf_utils.metadata import xmp_xml
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from mpp_applications.domain.documents import SignatureCheck, SignatureReport

# pyHanko imports these when it meets the first of them; in the child no file can be opened by then.
IMPORTED_EARLY = (filters, xmp_xml)

CLOCK_SKEW = timedelta(minutes=5)


def load_trust_roots(text: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file. ValueError when there is none: a verifier that trusts nobody is a mistake."""
    blocks = [(kind, x509.Certificate.load(der, strict=True)) for kind, _, der in pem.unarmor(text, multiple=True)]
    if not blocks or any(kind != "CERTIFICATE" for kind, _ in blocks):
        raise ValueError("the file of trust roots must hold certificates, and nothing else")
    return tuple(certificate for _, certificate in blocks)


async def validate(pdf: bytes, roots: Sequence[x509.Certificate], now: datetime) -> SignatureReport:
    """Judge the one signature of `pdf`. Never raises for what is in the file: what breaks a parser is unreadable."""
    try:
        return await _validate(pdf, roots, now)
    except ImportError:
        raise  # ours: something was not imported before the limits of the child were put on
    # Hostile files reach every corner of the PDF, ASN.1 and X.509 parsers, which raise what they please; whatever it
    # is, it means the same thing to the person who asks.
    except Exception as error:
        return SignatureReport(("readable",), detail=f"{type(error).__name__}: {error}"[:300])


async def _validate(pdf: bytes, roots: Sequence[x509.Certificate], now: datetime) -> SignatureReport:
    reader = PdfFileReader(BytesIO(pdf))
    signatures = list(reader.embedded_signatures)
    if len(signatures) != 1 or signatures[0].sig_object.get("/SubFilter") != "/ETSI.CAdES.detached":
        return SignatureReport(("signed",), detail=f"{len(signatures)} signatures")
    signature = signatures[0]
    signed_at = _time_stamp(signature)
    if signed_at is None:
        return SignatureReport(("time-stamp",), detail="no time stamp")
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return SignatureReport(("long-term",), signed_at, detail="no document security store")
    status = await async_validate_pdf_signature(
        signature, _context(store, roots, signed_at), _context(store, roots, signed_at)
    )
    failed = _failed(status)
    if signed_at > now + CLOCK_SKEW:
        failed.append("time-stamp")
    name = str(status.signing_cert.subject.native.get("common_name", ""))
    return SignatureReport(tuple(failed), signed_at, name, status.summary())


def _failed(status: PdfSignatureStatus) -> list[SignatureCheck]:
    stamp = status.timestamp_validity
    intact = status.intact and status.valid
    checks: list[tuple[SignatureCheck, bool]] = [
        ("integrity", intact and _unchanged(status)),
        # pyHanko trusts nobody's signature that is broken; that says nothing against the signer.
        ("signer", status.trusted or not intact),
        ("time-stamp", stamp is not None and stamp.intact and stamp.valid and stamp.trusted),
    ]
    return [name for name, passed in checks if not passed]


def _unchanged(status: PdfSignatureStatus) -> bool:
    """After the signature the file may have gained validation data, and nothing else."""
    level = status.modification_level
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    return (
        status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        and level is not None
        and level <= ModificationLevel.LTA_UPDATES
        and status.docmdp_ok is True
    )


def _time_stamp(signature: EmbeddedPdfSignature) -> datetime | None:
    """When the attached time stamp says the signature existed; not validated yet."""
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        made = token["encap_content_info"]["content"].parsed["gen_time"].native
        return made.astimezone(UTC) if isinstance(made, datetime) else None
    return None


def _context(store: DocumentSecurityStore, roots: Sequence[x509.Certificate], moment: datetime) -> ValidationContext:
    """Every certificate but the root needs revocation data, all of it from the file; a later CRL counts too."""
    return store.as_validation_context(
        {
            "trust_roots": list(roots),
            "moment": moment,
            "revocation_mode": "require",
            "retroactive_revinfo": True,
            "allow_fetching": False,
        }
    )
