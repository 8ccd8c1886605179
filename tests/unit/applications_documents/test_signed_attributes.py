"""What the signing agency is willing to sign."""

import hashlib
from collections.abc import Callable

import pytest
from asn1crypto import cms, core, tsp
from mpp_connector_esign.signed_attributes import AttributesRefused, check

CERTIFICATE = b"the DER of a certificate"
Attributes = list[dict[str, object]]


def attributes(certificate: bytes = CERTIFICATE) -> Attributes:
    reference = tsp.ESSCertIDv2(
        {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(certificate).digest()}
    )
    return [
        {"type": "content_type", "values": ["data"]},
        {"type": "message_digest", "values": [b"d" * 32]},
        {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [reference]})]},
    ]


def der(found: Attributes) -> bytes:
    return bytes(cms.CMSAttributes([cms.CMSAttribute(each) for each in found]).dump())


def test_the_attributes_of_a_pades_signature_are_signed() -> None:
    check(der(attributes()), CERTIFICATE)


def without(name: str) -> Callable[[Attributes], Attributes]:
    return lambda found: [each for each in found if each["type"] != name]


def with_more(attribute: dict[str, object]) -> Callable[[Attributes], Attributes]:
    return lambda found: [*found, attribute]


def replaced(attribute: dict[str, object]) -> Callable[[Attributes], Attributes]:
    return lambda found: [attribute if each["type"] == attribute["type"] else each for each in found]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without("content_type"), "missing-content-type"),
        (without("message_digest"), "missing-message-digest"),
        (without("signing_certificate_v2"), "missing-signing-certificate-v2"),
        (replaced({"type": "content_type", "values": ["tst_info"]}), "content-type-not-data"),
        (replaced({"type": "message_digest", "values": [b"d" * 20]}), "message-digest-not-sha256"),
        (with_more({"type": "message_digest", "values": [b"e" * 32]}), "attribute-repeated"),
        (with_more({"type": "signing_time", "values": [cms.Time({"utc_time": core.UTCTime("261124000000Z")})]}),
         "attribute-not-allowed"),
        (lambda _: attributes(b"another certificate"), "signing-certificate-not-the-signers"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(change: Callable[[Attributes], Attributes], code: str) -> None:
    with pytest.raises(AttributesRefused) as refused:
        check(der(change(attributes())), CERTIFICATE)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"0" * 5000, b"\x31\x80\x00\x00", b"\x30\x00", b"\x31\x03\x02\x01\x01"]
)
def test_bytes_that_are_no_attributes_are_refused(data: bytes) -> None:
    with pytest.raises(AttributesRefused):
        check(data, CERTIFICATE)


def test_trailing_bytes_and_other_encodings_are_refused() -> None:
    good = der(attributes())
    with pytest.raises(AttributesRefused):
        check(good + b"\x00", CERTIFICATE)
    # The same set with its members in another order is BER, and a signature over it is over other bytes.
    members = [bytes(each.dump()) for each in cms.CMSAttributes.load(good)]
    body = b"".join(reversed(members))
    header = good[: len(good) - len(body)]
    with pytest.raises(AttributesRefused) as refused:
        check(header + body, CERTIFICATE)
    assert refused.value.code == "attributes-not-canonical"
