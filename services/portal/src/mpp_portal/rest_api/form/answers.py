"""What was typed on one page, as a change of the whole answers."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mpp_portal.rest_api.form.conditions import asked
from mpp_portal.rest_api.form.fields import Field, Form
from mpp_portal.rest_api.form.values import parsed

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Changes:
    """`answers`: all of them afterwards; `patch`: the JSON Merge Patch that leads there; `dropped`: fields that are no
    longer asked and had an answer."""

    answers: dict[str, Any]
    patch: dict[str, Any]
    dropped: tuple[Field, ...]


def changes_of(
    form: Form, before: Answers, fields: Iterable[Field], given: Mapping[str, Sequence[str]], today: date
) -> Changes:
    """The answers after `fields` were filled in as `given` (input name → texts); a field without a text is cleared.

    Answers that are no longer asked go away, and so do objects that nothing is left of: an empty object is an answer
    too.
    """
    after = _copy(before)
    for field in fields:
        _set(after, field.pointer, parsed(field, given.get(field.name, ())))
    after = _pruned(after)
    dropped: list[Field] = []
    while gone := [each for each in form.fields if _left_over(each, after, today)]:
        for each in gone:
            _set(after, each.pointer, None)
        dropped += gone
        after = _pruned(after)
    return Changes(after, merge_patch_between(before, after), tuple(dropped))


def _left_over(field: Field, answers: Answers, today: date) -> bool:
    return value_at(answers, field.pointer) is not None and asked(field, answers, today) is False


def value_at(answers: Answers, pointer: str) -> Any:
    """The value a pointer names, None where there is none."""
    value: Any = answers
    for part in pointer.split("/")[1:]:
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def fingerprint_of(answers: Answers, fields: Iterable[Field]) -> str:
    """What a page showed of the answers: when it differs at saving time, somebody changed them meanwhile."""
    seen = [[field.pointer, value_at(answers, field.pointer)] for field in fields]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:16]


def merge_patch_between(before: Answers, after: Answers) -> dict[str, Any]:
    """The JSON Merge Patch (RFC 7396) from one to the other."""
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            if inner := merge_patch_between(old, value):
                patch[key] = inner
        elif key not in before or value != old or type(value) is not type(old):
            patch[key] = value
    return patch


def _copy(answers: Answers) -> dict[str, Any]:
    return {key: _copy(value) if isinstance(value, Mapping) else value for key, value in answers.items()}


def _set(answers: dict[str, Any], pointer: str, value: Any) -> None:
    *parents, last = pointer.split("/")[1:]
    place = answers
    for part in parents:
        inner = place.get(part)
        if not isinstance(inner, dict):
            inner = place[part] = {}
        place = inner
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value


def _pruned(answers: Answers) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in answers.items():
        inner = _pruned(value) if isinstance(value, Mapping) else value
        if not (isinstance(value, Mapping) and not inner):
            kept[key] = inner
    return kept
