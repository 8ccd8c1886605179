"""Buttons of a form that change its lists and parts: add, take out, up, down, put in."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from mpp_portal.rest_api.editor.inputs import Node, inputs
from mpp_portal.rest_api.editor.shapes import Schema

VERBS = ("add", "take-out", "up", "down", "put-in")


def changed(schema: Schema, document: Mapping[str, Any], button: str) -> tuple[dict[str, Any], str]:
    """The document after a button ("add:/requirements"), and the name of what to show next.

    A button of what is no longer there changes nothing.
    """
    verb, _, name = button.partition(":")
    after: dict[str, Any] = deepcopy(dict(document))
    found = {node.name: node for node in inputs(schema, after).walk()}
    node = found.get(name)
    if node is None or verb not in VERBS:
        return after, ""
    holder = found.get(name.rpartition("/")[0])
    place = _at(after, holder) if holder else None
    key: Any = name.rpartition("/")[2]
    if verb == "add":
        return _add(after, node, place, key)
    if verb == "put-in" and isinstance(place, dict) and not node.present:
        place[key] = node.shape.smallest()
        return after, name
    if verb == "take-out":
        return after, _take_out(place, node, holder, found, after)
    if isinstance(place, list) and verb in ("up", "down"):
        here = int(key)
        there = here + (1 if verb == "down" else -1)
        if 0 <= there < len(place):
            place[here], place[there] = place[there], place[here]
            return after, f"{holder.name}/{there}" if holder else ""
    return after, name


def _add(after: dict[str, Any], node: Node, place: Any, key: Any) -> tuple[dict[str, Any], str]:
    if node.shape.kind == "map":
        entries = node.value if node.present else {}
        place[key] = {**entries, "": node.shape.item.smallest()}
        return after, f"{node.name}/{len(place[key]) - 1}"
    if node.shape.kind != "list" or not isinstance(place, dict):
        return after, ""
    # A list that must hold two or more begins with as many; one that is there grows by one.
    begins = node.shape.smallest() if not node.present else []
    place[key] = [*(node.value if node.present else []), *(begins or [node.shape.item.smallest()])]
    return after, f"{node.name}/{len(place[key]) - len(begins or [0])}"


def _take_out(place: Any, node: Node, holder: Node | None, found: Mapping[str, Node], after: dict[str, Any]) -> str:
    key = node.name.rpartition("/")[2]
    if holder is None:
        return ""
    if holder.shape.kind == "map":
        del place[list(place)[int(key)]]
        return holder.name
    if isinstance(place, list):
        del place[int(key)]
        # A list that may be left out, and of which nothing is left, is left out.
        if not place and not holder.required and (above := found.get(holder.name.rpartition("/")[0])):
            del _at(after, above)[holder.name.rpartition("/")[2]]
        return holder.name
    if not node.required:
        place.pop(key, None)
    return node.name


def _at(document: Any, node: Node) -> Any:
    """The part of the document that a node is about."""
    parts = node.pointer.split("/")[1:] if node.pointer else []
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def with_codes(document: Any) -> Any:
    """The same, each empty `code` made out of the name beside it: nobody has to think of one."""
    if isinstance(document, list):
        taken = {entry.get("code") for entry in document if isinstance(entry, Mapping)}
        return [with_codes(_coded(entry, taken)) for entry in document]
    if isinstance(document, Mapping):
        return {key: with_codes(value) for key, value in document.items()}
    return document


def _coded(entry: Any, taken: set[Any]) -> Any:
    if not isinstance(entry, Mapping) or entry.get("code") != "":
        return entry
    named = (entry[key] for key in ("name", "label", "message") if isinstance(entry.get(key), Mapping))
    name: Mapping[str, Any] = next(named, {})
    words = str(name.get("en") or name.get("id") or "").lower()
    code = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in words).split())[:50].strip("-")
    if not code[:1].isalpha():
        return entry
    number, free = 2, code
    while free in taken:
        free, number = f"{code}-{number}", number + 1
    taken.add(free)
    return {**entry, "code": free}
