"""Two versions beside each other: values in plain words, the changed words marked."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any

from mpp_portal.rest_api.editor import naming

# Pieces of a text: (changed, words) each.
Marked = tuple[tuple[bool, str], ...]
Told = Callable[[str], str]
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Row:
    """One difference. `lines` are pairs of what was and what is: a whole part has several, a value one."""

    kind: str
    trail: tuple[str, ...]
    text: Any
    lines: tuple[tuple[Marked, Marked], ...]


def rows(differences: Any, texts: Container[str], told: Told) -> list[Row]:
    """Differences of the API ({kind, path, baseline, here, text}) for two columns. `told`: the sentence of a key."""
    return [_row(each, texts, told) for each in differences]


def _row(difference: Mapping[str, Any], texts: Container[str], told: Told) -> Row:
    path = str(difference["path"])
    trail = tuple(told(key) if key else part for key, part in naming.trail(path, texts))
    was, now = (_lines(difference.get(side), path.rpartition("/")[2], texts, told) for side in ("baseline", "here"))
    return Row(str(difference["kind"]), trail, difference["text"], tuple(_beside(was, now)))


def _lines(value: Any, owner: str, texts: Container[str], told: Told, before: str = "") -> list[str]:
    """A value as lines of plain words: "Name: Photo"."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        found = []
        for key, part in value.items():
            label = naming.named("part", owner, str(key), texts)
            name = f"{before}{told(label) if label else key}"
            deeper = isinstance(part, Mapping | list) and part
            found += _lines(part, str(key), texts, told, f"{name}: " if not deeper else f"{name} › ")
        return found
    if isinstance(value, list):
        if all(not isinstance(part, Mapping | list) for part in value):
            return [f"{before.removesuffix(' › ')}{': ' if before else ''}{', '.join(map(str, value))}"]
        return [line for part in value for line in _lines(part, owner, texts, told, before)]
    if isinstance(value, bool):
        value = told("definition_yes" if value else "definition_no")
    return [f"{before}{value}"]


def _beside(was: list[str], now: list[str]) -> list[tuple[Marked, Marked]]:
    """Lines that stayed stand beside each other; of a changed line the changed words are marked."""
    if not was or not now:
        whole: list[tuple[Marked, Marked]] = [(((True, line),), ()) for line in was]
        return whole + [((), ((True, line),)) for line in now]
    found: list[tuple[Marked, Marked]] = []
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [(((False, line),), ((False, line),)) for line in was[a:b]]
            continue
        for at in range(max(b - a, d - c)):
            old = was[a + at] if a + at < b else ""
            new = now[c + at] if c + at < d else ""
            found.append(marked(old, new))
    return found


def marked(was: str, now: str) -> tuple[Marked, Marked]:
    """Both texts, the words that differ marked."""
    old, new = _WORDS.findall(was), _WORDS.findall(now)
    left: list[tuple[bool, str]] = []
    right: list[tuple[bool, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if a < b:
            left.append((kind != "equal", "".join(old[a:b])))
        if c < d:
            right.append((kind != "equal", "".join(new[c:d])))
    return tuple(left), tuple(right)


def part_of_yaml(text: str, keys: Container[str]) -> str:
    """The lines of a definition's YAML that belong to some keys of its first level."""
    found, inside = [], False
    for line in text.splitlines():
        if line[:1].isalpha():
            inside = line.partition(":")[0] in keys
        if inside:
            found.append(line)
    return "\n".join(found).strip()


def yaml_difference(was: str, now: str) -> str:
    """Lines taken out (-) and put in (+), with a few around them; "" if there is no difference."""
    old, new = was.splitlines(), now.splitlines()
    return "\n".join(list(unified_diff(old, new, lineterm="", n=2))[2:])
