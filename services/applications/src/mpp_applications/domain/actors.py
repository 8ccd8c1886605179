"""Who acts on an application."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["applicant", "officer", "agency", "platform"]


@dataclass(frozen=True)
class Desk:
    """A role of an agency in a region: where a task waits."""

    role: str
    agency: str
    region: str


@dataclass(frozen=True)
class Actor:
    """`id` is an account id, an agency code or "applications"; `desks` are an officer's."""

    kind: ActorKind
    id: str
    desks: frozenset[Desk] = frozenset()


PLATFORM = Actor("platform", "applications")


def applicant(person: str) -> Actor:
    return Actor("applicant", person)


def agency(code: str) -> Actor:
    return Actor("agency", code)
