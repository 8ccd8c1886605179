"""Answers: JSON an applicant typed. What may be stored, how a change is merged, how a pointer finds its place."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mpp_runtime.errors import FieldError, Invalid, Text

Answers = Mapping[str, Any]

MAX_DEPTH = 16
MAX_VALUES = 2000
MAX_TEXT = 20_000
# Integers beyond this lose digits in every JSON reader that uses doubles.
MAX_INTEGER = 2**53


def check_storable(value: Any, field: str = "/answers") -> None:
    """Refuses JSON that cannot be stored and read back: NUL, lone surrogates, infinities, bottomless nesting."""
    count = 0
    waiting: list[tuple[Any, str, int]] = [(value, field, 1)]
    while waiting:
        item, pointer, depth = waiting.pop()
        count += 1
        if count > MAX_VALUES or depth > MAX_DEPTH:
            raise _unstorable(field, Text("Isian terlalu besar atau terlalu dalam.", "Too many or too deep values."))
        if isinstance(item, dict):
            for key, inner in item.items():
                _check_text(key, pointer)
                waiting.append((inner, f"{pointer}/{escape(key)}", depth + 1))
        elif isinstance(item, list):
            waiting.extend((inner, f"{pointer}/{index}", depth + 1) for index, inner in enumerate(item))
        elif isinstance(item, str):
            _check_text(item, pointer)
        elif isinstance(item, float) and not math.isfinite(item):
            raise _unstorable(pointer, Text("Angka tidak terhingga.", "Not a finite number."))
        elif isinstance(item, int) and not isinstance(item, bool) and abs(item) > MAX_INTEGER:
            raise _unstorable(pointer, Text("Angka terlalu besar.", "The number is too large."))


def _check_text(text: str, pointer: str) -> None:
    if len(text) > MAX_TEXT:
        raise _unstorable(pointer, Text("Teks terlalu panjang.", "The text is too long."))
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _unstorable(pointer, Text("Teks memuat karakter yang tidak sah.", "The text has invalid characters."))


def _unstorable(pointer: str, detail: Text) -> Invalid:
    return Invalid(
        "answers-unstorable",
        Text("Isian tidak dapat disimpan.", "The answers cannot be stored."),
        (FieldError(pointer.encode("utf-8", "replace").decode(), "unstorable", detail),),
    )


def merge_patch(target: Any, patch: Any) -> Any:
    """JSON Merge Patch (RFC 7396): null removes, objects merge, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def pointer_parts(pointer: str) -> list[str]:
    """ "/practice/name" → ["practice", "name"] (RFC 6901)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def value_at(answers: Any, pointer: str) -> Any:
    """The value a pointer names, None where there is none; an entry of a list by its number from 0."""
    value = answers
    for part in pointer_parts(pointer):
        if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
        else:
            return None
    return value


def with_value(answers: Answers, pointer: str, value: Any) -> dict[str, Any]:
    """The answers with one value set; objects on the way are made. A list is set as a whole."""
    patch: Any = value
    for part in reversed(pointer_parts(pointer)):
        patch = {part: patch}
    merged: dict[str, Any] = merge_patch(answers, patch)
    return merged


def leaves(answers: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is not an object, with its pointer."""
    if isinstance(answers, Mapping):
        for key, inner in answers.items():
            yield from leaves(inner, f"{pointer}/{escape(str(key))}")
    else:
        yield pointer, answers
