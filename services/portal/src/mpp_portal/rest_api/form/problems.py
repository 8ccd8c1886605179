"""What the API finds wrong, put where a person can mend it: its JSON pointers as fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mpp_portal.rest_api.form.conditions import asked
from mpp_portal.rest_api.form.entries import with_entries
from mpp_portal.rest_api.form.fields import Field, Form

_ANSWERS = "/answers"
_PAPERS = "/attachments/"


@dataclass(frozen=True)
class FieldProblem:
    """`field` or `requirement` says where; neither means the whole. `detail`: {id, en}, or a text in one language."""

    code: str
    detail: Any
    field: Field | None = None
    requirement: str | None = None


def placed(
    form: Form, answers: Mapping[str, Any], errors: Iterable[Mapping[str, Any]], today: date
) -> list[FieldProblem]:
    """Errors ({field, code, detail}) in the order of the form; each field's first one only.

    An object that is missing altogether is told at each of its fields that must be filled in; a rule about an object,
    at the first of its fields that are asked. What is missing in a list is told entry by entry.
    """
    form = with_entries(form, answers)
    told: list[FieldProblem] = []
    for error in errors:
        pointer, code, detail = str(error["field"]), str(error["code"]), error["detail"]
        if pointer.startswith(_PAPERS):
            told.append(FieldProblem(code, detail, requirement=pointer.removeprefix(_PAPERS)))
            continue
        fields = _fields(form, answers, pointer.removeprefix(_ANSWERS), code, today)
        told += [FieldProblem(code, detail, field) for field in fields] or [FieldProblem(code, detail)]
    order = {field.pointer: index for index, field in enumerate(form.fields)}
    first: dict[str, FieldProblem] = {}
    for problem in told:
        place = problem.field.pointer if problem.field else f"{problem.requirement} {problem.detail}"
        first.setdefault(place, problem)
    return sorted(first.values(), key=lambda each: order[each.field.pointer] if each.field else len(order))


def _fields(form: Form, answers: Mapping[str, Any], pointer: str, code: str, today: date) -> list[Field]:
    if not pointer:
        return []
    found = list(form.at_or_below(pointer)) or [each for each in form.fields if pointer.startswith(f"{each.pointer}/")]
    if len(found) <= 1:
        return found
    shown = [field for field in found if asked(field, answers, today)] or found
    if code == "required":
        filled = {field.entry.base for field in shown if field.entry}
        return [field for field in shown if field.pointer not in filled and _needed(form, field, pointer)] or shown[:1]
    return shown[:1]


def _needed(form: Form, field: Field, above: str) -> bool:
    """Must the field be there once the object `above` it is?"""
    shape: Any = form.schema
    parts = field.pointer.split("/")[1:]
    depth = len(above.split("/")) - 1
    for index, part in enumerate(parts):
        if "items" in shape and part.isdigit():
            shape = shape["items"]
            continue
        if index >= depth and part not in shape.get("required", ()):
            return False
        shape = shape["properties"][part]
    return True
