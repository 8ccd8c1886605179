"""Columns nobody reads from a dump: AES-256-GCM, bound to its table, column and row so that no value can be moved."""

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class CipherError(Exception):
    """A value was changed, moved to another row, or written with a key that is not here. An operator must look."""


class Cipher:
    """`keys`: version (1 to 255) → 32 bytes. The highest version writes, all of them read.

    A value is version (1 byte), nonce (12 bytes), ciphertext and tag.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys.values()) or not all(0 < version < 256 for version in keys):
            raise ValueError("the cipher needs keys of 32 bytes with versions from 1 to 255")
        self._keys = {version: AESGCM(key) for version, key in keys.items()}
        self._version = max(keys)

    @classmethod
    def from_json(cls, encryption: Any) -> "Cipher":
        """A base64 key, or an object of version → base64 key."""
        given = encryption if isinstance(encryption, dict) else {"1": encryption}
        try:
            return cls({int(version): base64.b64decode(key, validate=True) for version, key in given.items()})
        except (binascii.Error, TypeError) as error:
            raise ValueError("encryption keys must be base64") from error

    def encrypt(self, text: str, table: str, column: str, row: object) -> bytes:
        nonce = os.urandom(NONCE)
        sealed = self._keys[self._version].encrypt(nonce, text.encode(), _binding(table, column, row))
        return bytes([self._version]) + nonce + sealed

    def decrypt(self, value: bytes, table: str, column: str, row: object) -> str:
        """Raises CipherError."""
        key = self._keys.get(value[0]) if value else None
        if key is None:
            raise CipherError(f"{table}.{column}: no key of this version")
        try:
            opened = key.decrypt(value[1 : 1 + NONCE], value[1 + NONCE :], _binding(table, column, row))
        except (InvalidTag, ValueError) as error:
            raise CipherError(f"{table}.{column}: changed or moved") from error
        return opened.decode()


def _binding(table: str, column: str, row: object) -> bytes:
    return f"{table}|{column}|{row}".encode()
