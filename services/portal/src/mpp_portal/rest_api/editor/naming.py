"""Which sentence names an input, one of its choices, or a place of a definition. Keys of `texts`, not the words."""

import re
from collections.abc import Container
from typing import Literal

from mpp_portal.rest_api.editor.inputs import Node

_CODE = re.compile(r"\W+")


def label(node: Node, texts: Container[str]) -> str:
    """Of an input or a group; of an entry of a list, what one of them is called."""
    if node.number is not None:
        return named("one", node.owner, node.word, texts)
    return named("part", node.owner, node.word, texts)


def hint(node: Node, texts: Container[str]) -> str:
    """ "" for none."""
    return "" if node.number is not None else named("tip", node.owner, node.word, texts)


def named(kind: Literal["part", "one", "tip"], owner: str, word: str, texts: Container[str]) -> str:
    """The key of a property, as it is meant in `owner` where that has a word of its own; "" if it has none at all."""
    own, general = {
        "part": (f"part_{owner}_{word}", f"part_{word}"),
        "one": (f"one_{owner}_{word}", f"one_{word}"),
        "tip": (f"tip_{owner}_{word}", f"tip_{word}"),
    }[kind]
    return own if owner and own in texts else general if general in texts else ""


def word(property_: str, value: str) -> str:
    """The key of a code in words: ("kind", "stamp-duty") → "word_kind_stamp_duty"."""
    return f"word_{property_}_{_CODE.sub('_', value)}"


def trail(pointer: str, texts: Container[str]) -> list[tuple[str, str]]:
    """The parts of a JSON pointer, each as the key of its label, or "" and the part itself."""
    found, owner = [], ""
    for raw in pointer.split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        found.append((named("part", owner, part, texts), part))
        owner = part
    return found
