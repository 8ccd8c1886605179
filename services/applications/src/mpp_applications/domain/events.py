"""The facts of an application's life. Each carries its line of history: where the application stands after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mpp_runtime.errors import Text

from mpp_applications.domain.actors import ActorKind
from mpp_applications.domain.status import ClockOwner, Status


@dataclass(frozen=True)
class CorrectionItem:
    """One thing to mend. `target`: "/practice/name", "requirement:place-letter", or empty for the whole application."""

    target: str
    note: Text


@dataclass(frozen=True)
class Entry:
    """One version of an application. `unit` is what citizens see instead of a person; `comment` is for officers only.

    `answers` is kept where they were handed in, so that what was decided upon can be read later.
    """

    version: int
    at: datetime
    actor_kind: ActorKind
    actor: str
    status: Status
    state: str | None
    clock_owner: ClockOwner
    due_at: datetime | None
    promised_date: date | None
    unit: Text | None = None
    action: str = ""
    reason: str = ""
    comment: str = ""
    items: tuple[CorrectionItem, ...] = ()
    answers: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ApplicationDrafted:
    entry: Entry


@dataclass(frozen=True)
class AnswersChanged:
    entry: Entry


@dataclass(frozen=True)
class AttachmentsChanged:
    entry: Entry
    requirement: str


@dataclass(frozen=True)
class ApplicationSubmitted:
    entry: Entry


@dataclass(frozen=True)
class StepEntered:
    entry: Entry


@dataclass(frozen=True)
class TaskClaimed:
    entry: Entry
    task: UUID


@dataclass(frozen=True)
class TaskReleased:
    entry: Entry
    task: UUID


@dataclass(frozen=True)
class AgencyTaskAsked:
    entry: Entry
    task: UUID
    agency: str
    name: str


@dataclass(frozen=True)
class AgencyAway:
    entry: Entry
    task: UUID
    agency: str


@dataclass(frozen=True)
class AgencyBack:
    entry: Entry
    task: UUID
    agency: str


@dataclass(frozen=True)
class AgencyTaskAnswered:
    entry: Entry
    task: UUID
    agency: str
    outcome: str


@dataclass(frozen=True)
class CorrectionRequested:
    entry: Entry


@dataclass(frozen=True)
class CorrectionsSubmitted:
    entry: Entry


@dataclass(frozen=True)
class ApplicationApproved:
    entry: Entry


@dataclass(frozen=True)
class ApplicationRejected:
    entry: Entry


@dataclass(frozen=True)
class ApplicationWithdrawn:
    entry: Entry


@dataclass(frozen=True)
class DocumentIssued:
    entry: Entry
    document: UUID
    digest: str


Event = (
    ApplicationDrafted
    | AnswersChanged
    | AttachmentsChanged
    | ApplicationSubmitted
    | StepEntered
    | TaskClaimed
    | TaskReleased
    | AgencyTaskAsked
    | AgencyAway
    | AgencyBack
    | AgencyTaskAnswered
    | CorrectionRequested
    | CorrectionsSubmitted
    | ApplicationApproved
    | ApplicationRejected
    | ApplicationWithdrawn
    | DocumentIssued
)

# The facts an edge of a workflow may name that need nothing but their line of history.
EDGE_EVENTS = {
    event.__name__: event
    for event in (
        ApplicationSubmitted, StepEntered, CorrectionRequested, CorrectionsSubmitted, ApplicationApproved,
        ApplicationRejected, ApplicationWithdrawn,
    )
}  # fmt: skip
