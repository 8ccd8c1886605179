"""A message: something one audience is to be told about one version of an application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mpp_notifications.domain.routing import Audience

MAX_ERRORS = 10
"""Errors nobody foresaw, on the way to telling one message: then it is FAILED and shown to operators."""


class MessageState(StrEnum):
    """Where a message stands. Its channels have states of their own."""

    PENDING = "PENDING"
    TOLD = "TOLD"
    FAILED = "FAILED"


@dataclass(frozen=True)
class ApplicationFact:
    """An event of an application, as far as notifications cares."""

    id: UUID
    type: str
    application: UUID
    version: int
    at: datetime


@dataclass(frozen=True)
class Message:
    """A message that was asked for by an event; key (event, audience).

    Attributes:
        attempts: tries begun to tell it; also the fence of the claim, so a late claimant changes nothing.
        errors: tries that ended in an error nobody foresaw; a service that is away is none.
        traceparent: the trace of what asked for it (W3C), empty if there is none.
    """

    id: UUID
    event: UUID
    event_type: str
    audience: Audience
    application: UUID
    application_version: int
    created_at: datetime
    attempts: int = 0
    errors: int = 0
    traceparent: str = ""


@dataclass(frozen=True)
class Rendered:
    """A message in one language, ready to read."""

    subject: str
    body: str


@dataclass(frozen=True)
class InboxEntry:
    """A message as the person reads it in the in-app inbox, in both languages.

    Attributes:
        email_state: state of its e-mail, None if none is sent.
        email_reason: stable code of the last trouble of its e-mail.
    """

    id: UUID
    person: UUID
    application: UUID
    event_type: str
    texts: Mapping[str, Rendered]
    links: Mapping[str, str]
    created_at: datetime
    read_at: datetime | None = None
    email_state: str | None = None
    email_reason: str = ""


@dataclass(frozen=True)
class MessageDelivered:
    """A message reached a channel for good."""

    message: UUID
    application: UUID
    channel: str
    application_version: int


@dataclass(frozen=True)
class MessageFailed:
    """A channel refused a message for good."""

    message: UUID
    application: UUID
    channel: str
    reason: str
    application_version: int


def pause(attempts: int, *, longest: timedelta) -> timedelta:
    """How long to wait before a message is tried again: 1 s, 2 s, 4 s, ... `longest`."""
    return min(longest, timedelta(seconds=2 ** min(max(attempts, 1) - 1, 20)))
