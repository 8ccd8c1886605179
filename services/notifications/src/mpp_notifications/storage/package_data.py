"""The routing table and the general wording, read from this package's data files."""

from importlib.resources import files
from typing import Any

import yaml
from mpp_runtime.errors import Text

from mpp_notifications.domain.facts import MessageText
from mpp_notifications.domain.routing import Audience, Route, Routing
from mpp_notifications.domain.wording import Wording

_DATA = files("mpp_notifications") / "data"


def load_routing() -> Routing:
    """The routing table. Raises KeyError, TypeError or ValueError if the file is wrong: the service does not start."""
    return Routing(
        Route(event=route["event"], audience=Audience(route["audience"]), mandatory=bool(route["mandatory"]))
        for route in _load("routing.yaml")["routes"]
    )


def load_wording() -> Wording:
    """The general wording. Raises KeyError or TypeError if the file is wrong: the service does not start."""
    data = _load("texts.yaml")
    return Wording(
        messages={event: _texts(by_language) for event, by_language in data["messages"].items()},
        email=data["email"],
        codes={purpose: _texts(by_language) for purpose, by_language in data["codes"].items()},
        code_footer=data["code_footer"],
        sms_simulated=data["sms_simulated"],
        email_notes={state: Text(**note) for state, note in data["email_notes"].items()},
    )


def _texts(by_language: dict[str, dict[str, str]]) -> dict[str, MessageText]:
    return {language: MessageText(**text) for language, text in by_language.items()}


def _load(name: str) -> Any:
    return yaml.load((_DATA / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
