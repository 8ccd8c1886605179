"""Keyed hashes: what has few possible values (a NIK, a code) must not be guessable from the database alone."""

import hashlib
import hmac


class KeyedHash:
    """HMAC-SHA-256 with a key kept outside the database; each purpose has its own values."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the lookup key needs at least 32 bytes")
        self._key = key

    def of(self, purpose: str, *values: str) -> bytes:
        message = b"\x00".join(value.encode() for value in (purpose, *values))
        return hmac.new(self._key, message, hashlib.sha256).digest()


def token_hash(token: str) -> bytes:
    """For random tokens of 256 bits a plain hash is enough: nobody can guess them."""
    return hashlib.sha256(token.encode()).digest()
