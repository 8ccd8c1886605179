"""Encryption to agencies (JWE), signatures of agencies and our own (JWS): docs/connector-protocol.md."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

JWE_ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]
JWS_ALGORITHMS = ["EdDSA", "Ed25519"]  # the name of RFC 8037 and the one RFC 9864 gave it


def _one(jwks: Mapping[str, Any], use: str) -> OKPKey:
    for key in jwks["keys"]:
        if key.get("use") == use:
            return OKPKey.import_key(key)
    raise ValueError(f"no key for {use!r}")


class PlatformSeals:
    """`jwks`: the platform's private keys, one use=enc (X25519) and one use=sig (Ed25519)."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._decrypting = _one(jwks, "enc")
        self._signing = _one(jwks, "sig")

    @classmethod
    def from_file(cls, path: Path) -> "PlatformSeals":
        return cls(json.loads(path.read_text("utf-8")))

    def seal(self, content: Mapping[str, Any], jwks: Mapping[str, Any]) -> bytes:
        key = _one(jwks, "enc")
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "json"} | ({"kid": key.kid} if key.kid else {})
        return jwe.encrypt_compact(header, json.dumps(content), key, algorithms=JWE_ALGORITHMS).encode()

    def unseal(self, data: bytes) -> bytes:
        try:
            opened = jwe.decrypt_compact(data, self._decrypting, algorithms=JWE_ALGORITHMS).plaintext
        except (JoseError, TypeError, KeyError, UnicodeError) as error:
            raise ValueError("not encrypted to us") from error
        if opened is None:
            raise ValueError("empty")
        return opened

    def peek(self, signed: bytes) -> Mapping[str, Any]:
        try:
            return _object(jws.extract_compact(signed).payload)
        except (JoseError, TypeError, KeyError) as error:
            raise ValueError("not a signed result") from error

    def verify(self, signed: bytes, jwks: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            # Only the keys meant for signatures: an agency's encryption key must never count as its signature.
            keys = KeySet.import_key_set({"keys": [key for key in jwks["keys"] if key.get("use") == "sig"]})
            return _object(jws.deserialize_compact(signed, keys, algorithms=JWS_ALGORITHMS).payload)
        except (JoseError, TypeError, KeyError) as error:
            raise ValueError("not signed by the agency") from error

    def receipt(self, content: Mapping[str, Any]) -> bytes:
        header = {"alg": "EdDSA"} | ({"kid": self._signing.kid} if self._signing.kid else {})
        return jws.serialize_compact(header, json.dumps(content), self._signing, algorithms=JWS_ALGORITHMS).encode()


def _object(payload: bytes) -> Mapping[str, Any]:
    """Raises ValueError for anything but a JSON object."""
    try:
        found = json.loads(payload)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found
