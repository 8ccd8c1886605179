"""Answers as a general document prints them: the labels of the form beside what was answered, in Indonesian."""

from collections.abc import Iterator, Mapping
from typing import Any


def readable(form: Mapping[str, Any], answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """`label` and `value` of each answered field in the order of the layout; dates stay ISO 8601.

    A declaration that everybody has to make says nothing, and is left out.
    """
    return list(_lines(form, answers))


def _lines(form: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for field in (field for group in form["layout"] for field in group["fields"]):
        if "entry" in field:
            yield from _entries(form["schema"], field, answers)
        elif (line := _line(form["schema"], field, answers)) is not None:
            yield line


def _entries(
    schema: Mapping[str, Any], field: Mapping[str, Any], answers: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    """A list, entry by entry: "Anggota 2: Nama"."""
    shape, value = _find(schema, field["path"], answers)
    entry = field["entry"]
    for number, one in enumerate(value if isinstance(value, list) else (), 1):
        for inner in entry["fields"]:
            if (line := _line(shape["items"], inner, one)) is not None:
                yield {**line, "label": f"{entry['label']['id']} {number}: {line['label']}"}


def _find(schema: Mapping[str, Any], path: str, answers: Any) -> tuple[Mapping[str, Any], Any]:
    """Schema and value of a field, both as far as there are any."""
    shape, value = schema, answers
    for part in path.strip("/").split("/"):
        shape = shape.get("properties", {}).get(part, {})
        value = value.get(part) if isinstance(value, Mapping) else None
    return shape, value


def _line(schema: Mapping[str, Any], field: Mapping[str, Any], answers: Any) -> dict[str, str] | None:
    shape, value = _find(schema, field["path"], answers)
    if value is None or "const" in shape:
        return None
    named = {option["value"]: option["label"]["id"] for option in field.get("options", ())}
    if isinstance(value, bool):
        text = "Ya" if value else "Tidak"
    elif isinstance(value, list):
        text = ", ".join(str(named.get(item, item)) for item in value)
    else:
        text = str(named.get(value, value))
    return {"label": field["label"]["id"], "value": text}
