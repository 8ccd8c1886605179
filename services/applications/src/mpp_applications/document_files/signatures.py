"""PAdES baseline B-LT with a remote signer: the signed attributes travel, the document stays (ETSI EN 319 142-1)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms, crl, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Signature1"
DIGEST = "sha256"
# Hexadecimal digits kept free for the CMS: room for RSA-4096 chains and a time stamp that brings its own.
RESERVED = 32_768


@dataclass(frozen=True)
class UnsignedDocument:
    """A PDF with an empty signature: `signed_attributes` (DER) is all that the signer gets to see."""

    pdf: bytes
    signed_attributes: bytes
    document_digest: bytes
    reserved_start: int
    reserved_end: int


@dataclass(frozen=True)
class SignerAnswer:
    """What the signing agency returned, decoded but not believed yet."""

    signature: bytes
    certificates: tuple[x509.Certificate, ...]
    timestamp_token: bytes
    crls: tuple[bytes, ...]


class AnswerUnreadable(ValueError):
    """The answer does not have the shape of a signature."""


async def prepare(
    pdf: bytes, certificates: Sequence[str], *, reason: str, location: str, at: datetime
) -> UnsignedDocument:
    """Put an invisible certification signature field into `pdf`. `certificates`: PEM of leaf, issuer, root."""
    chain = [_certificate(text) for text in certificates]
    signer = _external_signer(chain, bytes(512))
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
        location=location,
    )
    writer = PdfAWriter(BytesIO(pdf))
    pdf_signer = PdfSigner(metadata, signer, new_field_spec=SigFieldSpec(FIELD))
    session = pdf_signer.init_signing_session(writer)
    session.system_time = at
    presign = await session.perform_presign_validation(writer)
    document = session.prepare_tbs_document(presign, RESERVED)
    output = BytesIO()
    digest, _ = document.digest_tbs_document(output=output)
    attributes = await signer.signed_attrs(digest.document_digest, DIGEST, use_pades=True)
    return UnsignedDocument(
        pdf=output.getvalue(),
        signed_attributes=attributes.dump(),
        document_digest=digest.document_digest,
        reserved_start=digest.reserved_region_start,
        reserved_end=digest.reserved_region_end,
    )


async def complete(unsigned: UnsignedDocument, answer: SignerAnswer) -> bytes:
    """The signed file: CMS with the time stamp as unsigned attribute, then the DSS with all certificates and CRLs."""
    signer = _external_signer(answer.certificates, answer.signature)
    signature = await signer.async_sign_prescribed_attributes(
        DIGEST,
        cms.CMSAttributes.load(unsigned.signed_attributes),
        timestamper=_GivenTimeStamp(answer.timestamp_token),
    )
    output = BytesIO(unsigned.pdf)
    prepared = PreparedByteRangeDigest(unsigned.document_digest, unsigned.reserved_start, unsigned.reserved_end)
    contents = prepared.fill_with_cms(output, signature)
    writer = PdfAWriter(output)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        contents.hex().encode(),
        certs=[*answer.certificates, *_token_certificates(answer.timestamp_token)],
        crls=[crl.CertificateList.load(der) for der in answer.crls],
    )
    writer.write_in_place()  # type: ignore[no-untyped-call]
    return output.getvalue()


def read_answer(data: Mapping[str, Any]) -> SignerAnswer:
    """Decode {"signature", "certificates": [PEM], "timestamp_token", "crls"}; AnswerUnreadable when it is not that."""
    try:
        answer = SignerAnswer(
            signature=_bytes(data["signature"]),
            certificates=tuple(_certificate(text) for text in data["certificates"]),
            timestamp_token=_bytes(data["timestamp_token"]),
            crls=tuple(_bytes(text) for text in data["crls"]),
        )
        _token_certificates(answer.timestamp_token)
        for der in answer.crls:
            crl.CertificateList.load(der, strict=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise AnswerUnreadable(str(error)) from error
    if not answer.certificates:
        raise AnswerUnreadable("no certificate")
    return answer


def certificate_hash(certificate: str) -> str:
    """SHA-256 of the DER of a PEM certificate, hexadecimal."""
    return hashlib.sha256(_certificate(certificate).dump()).hexdigest()


class PdfAWriter(IncrementalPdfFileWriter):
    """Leaves the metadata alone: pyHanko's rewriting of it drops what PDF/A says there and adds its own name."""

    def _update_meta(self) -> None:
        return


class _GivenTimeStamp(TimeStamper):
    """Hands out the token the agency already made."""

    def __init__(self, token: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._token = token

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        return cms.ContentInfo.load(self._token)


def _external_signer(chain: Sequence[x509.Certificate], signature: bytes) -> ExternalSigner:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain[1:])
    return ExternalSigner(chain[0], store, signature_value=signature, embed_roots=False)


def _token_certificates(token: bytes) -> list[x509.Certificate]:
    signed = cms.ContentInfo.load(token, strict=True)["content"]
    return [choice.chosen for choice in signed["certificates"] if choice.name == "certificate"]


def _certificate(text: str) -> x509.Certificate:
    _, _, der = pem.unarmor(text.encode())
    certificate = x509.Certificate.load(der, strict=True)
    certificate.subject.native  # noqa: B018  asn1crypto parses on access: a broken certificate must show here
    return certificate


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
