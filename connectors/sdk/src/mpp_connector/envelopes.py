"""Envelopes: JWE so that only the addressee reads, JWS so that the addressee knows who wrote.

JWE compact, ECDH-ES+A256KW with X25519, A256GCM. JWS compact, EdDSA with Ed25519. Nothing else is accepted, no
compression. `kid` is the key's RFC 7638 thumbprint. `typ` keeps one kind of signed message from being used as another.
"""

import base64
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey

from mpp_connector.errors import EnvelopeError

# RFC 9864 renames EdDSA to Ed25519; libraries of other languages do not know the new name yet.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

ENCRYPTION = ["ECDH-ES+A256KW", "A256GCM"]
SIGNATURE = ["EdDSA"]
LOOKUP_ANSWER = "mpp-lookup-answer"
RESULT = "mpp-result"
RECEIPT = "mpp-receipt"


@dataclass(frozen=True)
class KeySet:
    """The keys of one party, private or public, by use. The first of each is used to write, all of them to read."""

    encryption: tuple[OKPKey, ...]
    signing: tuple[OKPKey, ...]

    @classmethod
    def from_jwks(cls, jwks: Mapping[str, Any]) -> "KeySet":
        """Read a JSON Web Key Set. Raises ValueError unless it has an X25519 `enc` and an Ed25519 `sig` key."""
        try:
            keys = [OKPKey.import_key(dict(entry)) for entry in jwks["keys"]]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a key set: {type(error).__name__}") from error
        encryption = tuple(key for key in keys if key.get("use") == "enc" and key.curve_name == "X25519")
        signing = tuple(key for key in keys if key.get("use") == "sig" and key.curve_name == "Ed25519")
        if not encryption or not signing:
            raise ValueError("a key set needs one X25519 key with use enc and one Ed25519 key with use sig")
        return cls(encryption, signing)


def encode(body: Mapping[str, Any]) -> bytes:
    """JSON as UTF-8, keys sorted, no spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def decode(data: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises EnvelopeError for anything else."""
    try:
        body = json.loads(data)
    except ValueError as error:
        raise EnvelopeError("not JSON") from error
    if not isinstance(body, dict):
        raise EnvelopeError("not a JSON object")
    return body


def seal(plaintext: bytes, key: OKPKey) -> bytes:
    """Encrypt to the holder of `key`."""
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": key_id(key)}
    return jwe.encrypt_compact(header, plaintext, key, algorithms=ENCRYPTION).encode()


def unseal(token: bytes, keys: Sequence[OKPKey]) -> bytes:
    """Decrypt with the key that the header names, or with the first one if it names none. Raises EnvelopeError."""
    try:
        key = _named(token, keys)
        plaintext = jwe.decrypt_compact(token, key, algorithms=ENCRYPTION).plaintext
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise EnvelopeError(f"cannot be decrypted: {type(error).__name__}") from error
    if plaintext is None:
        raise EnvelopeError("an empty envelope")
    return plaintext


def sign(body: Mapping[str, Any], key: OKPKey, typ: str) -> bytes:
    """Sign a JSON object."""
    header = {"alg": "EdDSA", "kid": key_id(key), "typ": typ}
    return jws.serialize_compact(header, encode(body), key, algorithms=SIGNATURE).encode()


def verify(token: bytes, keys: Sequence[OKPKey], typ: str) -> dict[str, Any]:
    """Read a signed JSON object. Raises EnvelopeError for a wrong signature, an unknown key or another `typ`."""
    try:
        signed = jws.deserialize_compact(token, _named(token, keys), algorithms=SIGNATURE)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise EnvelopeError(f"the signature does not hold: {type(error).__name__}") from error
    # An absent `typ` is tolerated (the key and the shape decide), a different one never.
    if signed.headers().get("typ", typ) != typ:
        raise EnvelopeError("signed for another purpose")
    return decode(signed.payload)


def key_id(key: OKPKey) -> str:
    """The key's `kid`, or its thumbprint when it has none."""
    return str(key.get("kid") or key.thumbprint())


def _named(token: bytes, keys: Sequence[OKPKey]) -> OKPKey:
    protected = json.loads(_base64url(token.split(b".", 1)[0]))
    kid = protected.get("kid")
    if kid is None:
        return keys[0]
    for key in keys:
        if key_id(key) == kid:
            return key
    raise KeyError("no key of that name")


def _base64url(data: bytes) -> bytes:
    from_text = data + b"=" * (-len(data) % 4)
    return base64.urlsafe_b64decode(from_text)
