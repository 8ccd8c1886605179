"""Which fact makes a message, and for whom. The table itself is data (data/routing.yaml)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Whom a message is for."""

    APPLICANT = "applicant"


@dataclass(frozen=True)
class Route:
    """One line of the routing table.

    Attributes:
        event: full proto name of the event.
        mandatory: the person cannot switch its e-mail off, because a decision or a time limit hangs on it.
    """

    event: str
    audience: Audience
    mandatory: bool


class Routing:
    """The routing table."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)
        keys = [(route.event, route.audience) for route in self._routes]
        if len(set(keys)) != len(keys):
            raise ValueError("the routing table names an event and audience twice")

    def for_event(self, event: str) -> tuple[Route, ...]:
        """The routes of an event; none if nobody is told."""
        return tuple(route for route in self._routes if route.event == event)

    def is_mandatory(self, event: str, audience: Audience) -> bool:
        """True if the e-mail of this message cannot be switched off."""
        return any(route.mandatory for route in self.for_event(event) if route.audience is audience)

    @property
    def events(self) -> frozenset[str]:
        """Every event that makes a message."""
        return frozenset(route.event for route in self._routes)
