"""Canonical JSON and its digest: the same content has the same bytes in every language (RFC 8785)."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of `value`. Raises ValueError for fractions: each language prints its own."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def digest(body: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(body).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError(f"write {value} as a string or an integer: canonical JSON takes no fractions")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"write the key {key!r} in quotes: keys are strings")
            # RFC 8785 sorts by UTF-16 code unit, Python by code point: they agree below U+D800.
            if any(character > "\ud7ff" for character in key):
                raise ValueError(f"use plain letters in the key {key!r}")
            _refuse_floats(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_floats(item)
