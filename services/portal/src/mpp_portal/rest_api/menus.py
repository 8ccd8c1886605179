"""The menu of each audience, and the links below every page."""

from collections.abc import Iterable
from typing import TypedDict

from mpp_design import Language

from mpp_portal.domain import Who
from mpp_portal.rest_api.texts import TEXTS


class Entry(TypedDict):
    """One link; `count` is the address that tells a number to show beside it, or ""."""

    address: str
    label: str
    current: bool
    count: str


_ANYBODY = (("/services", "nav_services"), ("/track", "nav_track"), ("/verify", "nav_verify"), ("/help", "nav_help"))
_PERSON = (
    ("/services", "nav_services"),
    ("/applications", "nav_applications"),
    ("/inbox", "nav_inbox"),
    ("/me", "nav_me"),
    ("/help", "nav_help"),
)
_OFFICER = (("/office", "nav_office"), ("/services", "nav_services"), ("/help", "nav_help"))
_OPERATOR = (("/office", "nav_office"), ("/office/definitions", "nav_definitions"), *_OFFICER[1:])
_FOOT = (
    ("/help", "nav_help"),
    ("/malls", "nav_malls"),
    ("/track", "nav_track"),
    ("/verify", "nav_verify"),
    ("/about", "nav_about"),
    ("/accessibility", "nav_accessibility"),
    ("/developers", "nav_developers"),
)


def menu(who: Who | None, path: str, language: Language) -> list[Entry]:
    """What this reader needs most."""
    chosen = _ANYBODY if who is None else _OPERATOR if who.operator else _OFFICER if who.officer else _PERSON
    return _entries(chosen, path, language)


def foot(path: str, language: Language) -> list[Entry]:
    """The same for everybody."""
    return _entries(_FOOT, path, language)


# Asked by a script after the page is there: no page waits for a number.
_COUNTS = {"/inbox": "/inbox/unread"}


def _entries(chosen: Iterable[tuple[str, str]], path: str, language: Language) -> list[Entry]:
    chosen = list(chosen)
    # Of two places that a page lies in, the nearer one is where the reader is.
    places = [address for address, _ in chosen if path == address or path.startswith(f"{address}/")]
    current = max(places, key=len, default="")
    return [
        {
            "address": address,
            "label": TEXTS[key].in_language(language),
            "current": address == current,
            "count": _COUNTS.get(address, ""),
        }
        for address, key in chosen
    ]
