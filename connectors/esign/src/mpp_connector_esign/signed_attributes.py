"""What this authority is willing to sign: the signed attributes of one PAdES baseline signature, and nothing else.

Signing any bytes handed in would turn the connector into an oracle. So the bytes must be the DER of a set of CMS
attributes (RFC 5652 §5.3) that names the certificate they are to be signed with (RFC 5035).
"""

import hashlib
from typing import Any

from asn1crypto import cms

REQUIRED = {"content_type", "message_digest", "signing_certificate_v2"}
ALLOWED = REQUIRED | {"cms_algorithm_protection"}
MAX_BYTES = 4096


class AttributesRefused(Exception):
    """Not attributes this authority signs; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(data: bytes, certificate: bytes) -> None:
    """Raise AttributesRefused unless `data` is what the holder of `certificate` (DER) may sign with SHA-256."""
    attributes = _parse(data)
    if attributes["content_type"].native != "data":
        raise AttributesRefused("content-type-not-data")
    if len(attributes["message_digest"].native) != hashlib.sha256().digest_size:
        raise AttributesRefused("message-digest-not-sha256")
    references = attributes["signing_certificate_v2"]["certs"]
    if len(references) != 1:
        raise AttributesRefused("signing-certificate-not-one")
    reference = references[0]
    if reference["hash_algorithm"]["algorithm"].native != "sha256":
        raise AttributesRefused("signing-certificate-not-sha256")
    if reference["cert_hash"].native != hashlib.sha256(certificate).digest():
        raise AttributesRefused("signing-certificate-not-the-signers")


def _parse(data: bytes) -> dict[str, Any]:
    if not data or len(data) > MAX_BYTES:
        raise AttributesRefused("attributes-size")
    try:
        parsed = cms.CMSAttributes.load(data, strict=True)
        attributes = {}
        for attribute in parsed:
            name = attribute["type"].native
            if name in attributes or len(attribute["values"]) != 1:
                raise AttributesRefused("attribute-repeated")
            attributes[name] = attribute["values"][0]
            attribute["values"][0].native  # noqa: B018  asn1crypto parses on access: a broken value must show here
        canonical = parsed.copy().dump(force=True)
    except (ValueError, TypeError, KeyError) as error:
        raise AttributesRefused("attributes-not-der") from error
    # A signature is over these very bytes: another encoding of the same attributes would be another document.
    if canonical != data:
        raise AttributesRefused("attributes-not-canonical")
    if missing := REQUIRED - attributes.keys():
        raise AttributesRefused(f"missing-{min(missing).replace('_', '-')}")
    if attributes.keys() - ALLOWED:
        raise AttributesRefused("attribute-not-allowed")
    return attributes
