"""One try to bring a message to a channel, and what follows from each answer.

    PENDING ──claim──▶ SENDING ──accepted──▶ SENT
       RETRY ──claim──▶    │ ──deferred, answer lost──▶ RETRY (until the table is used up, then FAILED)
                           └──refused──▶ FAILED

A try whose answer was lost is counted as ambiguous: the mail may be there already. It is sent again with the same
Message-ID, so a mail reader can tell that it is the same mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

DEFAULT_RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""Pause before each further try: six tries in 8 h 36 min, which a provider outage of 4 hours fits into."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    RETRY = "RETRY"
    SENT = "SENT"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Accepted:
    """The channel took it."""


@dataclass(frozen=True)
class Deferred:
    """Not now: the channel said so (4xx), or it could not be reached before the message was handed over."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """Never: the channel said so (5xx)."""

    reason: str


@dataclass(frozen=True)
class AnswerLost:
    """The message was handed over, and the connection was lost before the answer: it may be there, it may not."""


Outcome = Accepted | Deferred | Refused | AnswerLost

LOST = "answer-lost"


@dataclass(frozen=True)
class Delivery:
    """A message on its way to one channel.

    Attributes:
        attempts: tries begun.
        next_at: when it may be tried next.
        reason: stable code of the last trouble, empty if none.
        ambiguous: tries whose answer was lost.
    """

    id: UUID
    message: UUID
    state: DeliveryState
    attempts: int
    next_at: datetime
    reason: str = ""
    ambiguous: int = 0


def after(delivery: Delivery, outcome: Outcome, now: datetime, retries: Sequence[timedelta]) -> Delivery:
    """The delivery after the answer to its present try.

    Raises:
        ValueError: it is not being sent.
    """
    if delivery.state is not DeliveryState.SENDING:
        raise ValueError(f"a delivery that is {delivery.state} has no try to answer")
    match outcome:
        case Accepted():
            return replace(delivery, state=DeliveryState.SENT, reason="")
        case Refused(reason):
            return replace(delivery, state=DeliveryState.FAILED, reason=reason)
        case Deferred(reason):
            return _again(delivery, reason, now, retries)
        case AnswerLost():
            return _again(replace(delivery, ambiguous=delivery.ambiguous + 1), LOST, now, retries)


def _again(delivery: Delivery, reason: str, now: datetime, retries: Sequence[timedelta]) -> Delivery:
    if delivery.attempts > len(retries):
        return replace(delivery, state=DeliveryState.FAILED, reason=reason)
    return replace(delivery, state=DeliveryState.RETRY, reason=reason, next_at=now + retries[delivery.attempts - 1])


def recovered(delivery: Delivery) -> Delivery:
    """A delivery whose sender died in the middle of a try (its lease ran out): the answer of that try is lost."""
    return replace(delivery, ambiguous=delivery.ambiguous + 1, reason=LOST)
