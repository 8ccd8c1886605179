"""Lists of entries: a form as it stands for so many of them, and one more or less of them on a page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mpp_portal.rest_api.form.fields import Entry, Field, Form
from mpp_portal.rest_api.form.pointers import value_at

Given = Mapping[str, Sequence[str]]


def with_entries(form: Form, answers: Mapping[str, Any]) -> Form:
    """The form with the fields of each entry there is, and of those there must be at least, behind their list."""
    return _with(form, {each.pointer: _length(value_at(answers, each.pointer)) for each in form.lists})


def with_sent_entries(form: Form, given: Given) -> Form:
    """The same for as many entries as the page had that was sent; a list it did not have stays."""
    return _with(form, {each.pointer: sent_length(each, given) for each in form.lists if each.name in given})


def sent_length(field: Field, given: Given) -> int:
    """How many entries were on the page; its input says so, and is never believed beyond what the list may have."""
    text = next(iter(given.get(field.name, ())), "")
    return min(int(text), field.most or 0) if re.fullmatch("[0-9]{1,4}", text) else 0


def changed_by(form: Form, given: Given, action: str) -> dict[str, Sequence[str]] | None:
    """What the page holds once a button for entries was pressed ("add:members", "remove:members:1"), else None."""
    verb, _, rest = action.partition(":")
    name, _, number = rest.partition(":")
    field = next((each for each in form.lists if each.name == name), None)
    if field is None or verb not in ("add", "remove"):
        return None
    count = sent_length(field, given)
    now: dict[str, Sequence[str]] = dict(given)
    if verb == "add":
        return now | {name: [str(min(count + 1, field.most or 0))]}
    if not (number.isascii() and number.isdigit() and int(number) < count):
        return now
    gone = int(number)
    moved: dict[str, Sequence[str]] = {name: [str(count - 1)]}
    for key, texts in now.items():
        found = re.fullmatch(rf"{re.escape(name)}-([0-9]{{1,4}})-(.+)", key)
        if found is None:
            moved.setdefault(key, texts)
        elif int(found[1]) != gone:
            moved[f"{name}-{int(found[1]) - (int(found[1]) > gone)}-{found[2]}"] = texts
    return moved


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _with(form: Form, counts: Mapping[str, int]) -> Form:
    steps = tuple(replace(step, fields=_fields(step.fields, counts)) for step in form.steps)
    return replace(form, steps=steps)


def _fields(fields: Sequence[Field], counts: Mapping[str, int]) -> tuple[Field, ...]:
    whole: list[Field] = []
    for field in fields:
        if field.entry is None:
            whole.append(field)
            if field.pointer in counts:
                whole += _parts(field, max(counts[field.pointer], field.least or 0))
        elif field.entry.base not in counts:
            whole.append(field)
    return tuple(whole)


def _parts(field: Field, count: int) -> list[Field]:
    return [
        replace(
            part,
            pointer=f"{field.pointer}/{index}{part.pointer}",
            entry=Entry(field.pointer, index, count, field.one or field.label, field.when),
        )
        for index in range(count)
        for part in field.parts
    ]
