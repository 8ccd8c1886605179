"""What was typed on one page, as a change of the whole answers."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mpp_portal.rest_api.form.conditions import asked
from mpp_portal.rest_api.form.entries import sent_length, with_entries
from mpp_portal.rest_api.form.fields import Field, Form
from mpp_portal.rest_api.form.pointers import Answers, copied, put, value_at
from mpp_portal.rest_api.form.values import parsed


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
    after: dict[str, Any] = copied(before)
    for field in fields:
        if field.kind == "entries":
            _resize(after, field, sent_length(field, given))
        else:
            put(after, field.pointer, parsed(field, given.get(field.name, ())))
    after = _pruned(form, after)
    dropped: list[Field] = []
    while gone := [each for each in with_entries(form, after).fields if _left_over(each, after, today)]:
        for each in gone:
            put(after, each.pointer, None)
        dropped += gone
        after = _pruned(form, after)
    return Changes(after, merge_patch_between(before, after), tuple(dropped))


def _resize(answers: dict[str, Any], field: Field, count: int) -> None:
    """A list of so many entries, those at the end taken out or empty ones added; their own fields fill them in."""
    now = value_at(answers, field.pointer)
    kept = now[:count] if isinstance(now, list) else []
    put(answers, field.pointer, [*kept, *({} for _ in range(count - len(kept)))])


def _left_over(field: Field, answers: Answers, today: date) -> bool:
    return value_at(answers, field.pointer) is not None and asked(field, answers, today) is False


def fingerprint_of(answers: Answers, fields: Iterable[Field]) -> str:
    """What a page showed of the answers: when it differs at saving time, somebody changed them meanwhile."""
    # A list is seen whole, however many entries the page has.
    seen = [[field.pointer, value_at(answers, field.pointer)] for field in fields if field.entry is None]
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


def _pruned(form: Form, answers: Answers) -> dict[str, Any]:
    """Without objects that nothing is in, and lists of no more empty entries than every page shows of them."""
    kept = _filled(answers)
    for each in form.lists:
        entries = value_at(kept, each.pointer)
        if isinstance(entries, list) and len(entries) <= (each.least or 0) and not any(entries):
            put(kept, each.pointer, None)
    return _filled(kept)


def _filled(answers: Answers) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in answers.items():
        inner = _filled(value) if isinstance(value, Mapping) else _entries(value) if isinstance(value, list) else value
        if not (isinstance(value, Mapping) and not inner):
            kept[key] = inner
    return kept


def _entries(values: list[Any]) -> list[Any]:
    """An empty entry stays: it has a number, and its page says what it lacks."""
    return [_filled(each) if isinstance(each, Mapping) else each for each in values]
