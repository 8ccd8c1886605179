"""Values by JSON pointer, in answers that are objects, lists and texts of any shape."""

from collections.abc import Mapping
from typing import Any

Answers = Mapping[str, Any]


def value_at(answers: Answers, pointer: str) -> Any:
    """The value a pointer names, None where there is none; an entry of a list by its number from 0."""
    value: Any = answers
    for part in pointer.split("/")[1:]:
        if isinstance(value, list) and part.isascii() and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def copied(value: Any) -> Any:
    """The same, to be changed: objects and lists are new ones."""
    if isinstance(value, Mapping):
        return {key: copied(part) for key, part in value.items()}
    return [copied(part) for part in value] if isinstance(value, list) else value


def put(answers: dict[str, Any], pointer: str, value: Any) -> None:
    """Sets a value, None takes it out. Objects on the way are made, and entries up to the one that is named."""
    *parents, last = pointer.split("/")[1:]
    place: Any = answers
    for part, following in zip(parents, [*parents[1:], last], strict=False):
        place = _below(place, part, of_list=following.isdigit())
    if value is not None:
        place[last] = value
    elif isinstance(place, dict):
        place.pop(last, None)


def _below(place: Any, part: str, *, of_list: bool) -> Any:
    if isinstance(place, list):
        while len(place) <= int(part):
            place.append({})
        if not isinstance(place[int(part)], dict):
            place[int(part)] = {}
        return place[int(part)]
    inner = place.get(part)
    if not isinstance(inner, list if of_list else dict):
        inner = place[part] = [] if of_list else {}
    return inner
