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
        shape: Mapping[str, Any] = form["schema"]
        value: Any = answers
        for part in field["path"].strip("/").split("/"):
            shape = shape.get("properties", {}).get(part, {})
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is None or "const" in shape:
            continue
        named = {option["value"]: option["label"]["id"] for option in field.get("options", ())}
        if isinstance(value, bool):
            text = "Ya" if value else "Tidak"
        elif isinstance(value, list):
            text = ", ".join(str(named.get(item, item)) for item in value)
        else:
            text = str(named.get(value, value))
        yield {"label": field["label"]["id"], "value": text}
