"""How a mall offers a public service: through which channels, in whose system, when, and how many a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

EVERY_MALL = "*"
_NATIVE = {"kind": "native", "link": None, "note": None}


@dataclass(frozen=True)
class Terms:
    """`document` is what the resolved offering shows; without `version` the one in force counts."""

    offered: bool
    version: str | None
    document: Mapping[str, Any]


def terms_of(files: Iterable[Mapping[str, Any]], mall: str, service: str) -> Terms:
    """The terms of one public service at one mall: the mall's own say goes before what is said for every mall."""
    said: dict[str, Any] = {}
    for wanted in (EVERY_MALL, mall):
        for document in files:
            if document["mall"] == wanted:
                for entry in document["offerings"]:
                    if entry["service"] == service:
                        said |= entry
    return Terms(
        said.get("offered", True),
        said.get("version"),
        {
            "channels": said.get("channels", ["building", "online"]),
            "mode": _NATIVE | said.get("mode", {}),
            "opening": said.get("opening"),
            "quota": said.get("quota"),
        },
    )


AS_USUAL = terms_of((), "", "")
