"""The whole promise on one page: what a connector's functions are given and what they may answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True)
class Text:
    """A sentence in Indonesian and in English, shown to people as it is."""

    id: str
    en: str


@dataclass(frozen=True)
class LookupRequest:
    """A question that somebody waits for. Nobody reads the answer after `expires_at` (about two seconds)."""

    id: str
    name: str
    input: Mapping[str, Any]
    purpose: str
    language: Literal["id", "en"]
    expires_at: datetime


@dataclass(frozen=True)
class Found:
    """The agency knows. `as_of`: when the data were true; now, if not given."""

    data: Mapping[str, Any]
    as_of: datetime | None = None


@dataclass(frozen=True)
class NotFound:
    """The agency looked and there is nothing. Not to be used when it could not look: raise AgencyBusy then."""

    as_of: datetime | None = None


@dataclass(frozen=True)
class Refused:
    """The agency may not or will not say. `code` is stable kebab-case; `text` is for the person who asked."""

    code: str
    text: Text


@dataclass(frozen=True)
class Task:
    """Work on one application. The same `id` may come more than once: after a crash, or to two copies at the same time.

    A function with an effect of its own must therefore use `id` as its idempotency key towards the agency's system.
    """

    id: UUID
    name: str
    application: UUID
    service: str
    mall: str
    attempt: int
    input: Mapping[str, Any]
    expires_at: datetime


@dataclass(frozen=True)
class Reason:
    """Why not, or why later. `target`: JSON Pointer to the input field it is about ("/licence/number"), if any."""

    code: str
    text: Text
    target: str | None = None


@dataclass(frozen=True)
class Accepted:
    """Done, in favour. `data` is what the definition says this task gives back."""

    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """Done, against, for at least one reason that the applicant can read."""

    reasons: Sequence[Reason]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Later:
    """Not yet. The task is offered again after `until` (with time zone) and the function is then called again."""

    until: datetime
    reasons: Sequence[Reason] = ()


LookupAnswer = Found | NotFound | Refused
TaskAnswer = Accepted | Rejected | Later
LookupFunction = Callable[[LookupRequest], Awaitable[LookupAnswer]]
TaskFunction = Callable[[Task], Awaitable[TaskAnswer]]
