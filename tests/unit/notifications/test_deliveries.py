"""What follows from each answer of a channel, and the printed retry table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from mpp_notifications.domain.deliveries import (
    DEFAULT_RETRIES,
    Accepted,
    AnswerLost,
    Deferred,
    Delivery,
    DeliveryState,
    Refused,
    after,
    recovered,
)

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
README = Path(__file__).parents[3] / "services" / "notifications" / "README.md"


def sending(attempts: int = 1) -> Delivery:
    return Delivery(id=uuid4(), message=uuid4(), state=DeliveryState.SENDING, attempts=attempts, next_at=NOW)


def test_accepted_is_sent_for_good() -> None:
    assert after(sending(), Accepted(), NOW, DEFAULT_RETRIES).state is DeliveryState.SENT


def test_refused_stops_at_once_and_keeps_the_reason() -> None:
    result = after(sending(), Refused("mailbox-refused"), NOW, DEFAULT_RETRIES)
    assert (result.state, result.reason) == (DeliveryState.FAILED, "mailbox-refused")


def test_deferred_walks_the_retry_table_then_fails() -> None:
    delivery, now, pauses = sending(), NOW, []
    while True:
        delivery = after(delivery, Deferred("mailbox-busy"), now, DEFAULT_RETRIES)
        if delivery.state is DeliveryState.FAILED:
            break
        pauses.append(delivery.next_at - now)
        now = delivery.next_at
        delivery = replace(delivery, state=DeliveryState.SENDING, attempts=delivery.attempts + 1)
    assert tuple(pauses) == DEFAULT_RETRIES
    assert (delivery.attempts, delivery.reason) == (6, "mailbox-busy")


def test_a_four_hour_outage_fits_into_the_table() -> None:
    assert sum(DEFAULT_RETRIES, timedelta()) > timedelta(hours=4)


def test_a_lost_answer_is_counted_and_tried_again() -> None:
    result = after(sending(), AnswerLost(), NOW, DEFAULT_RETRIES)
    assert (result.state, result.ambiguous, result.reason) == (DeliveryState.RETRY, 1, "answer-lost")


def test_a_dead_sender_counts_as_a_lost_answer() -> None:
    assert recovered(sending()).ambiguous == 1


@pytest.mark.parametrize("state", [state for state in DeliveryState if state is not DeliveryState.SENDING])
def test_only_a_try_has_an_answer(state: DeliveryState) -> None:
    with pytest.raises(ValueError, match="no try to answer"):
        after(replace(sending(), state=state), Accepted(), NOW, DEFAULT_RETRIES)


def test_the_readme_prints_the_table() -> None:
    lines = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| after try ")]
    printed = [line.split("|")[2].strip() for line in lines]
    words = {60: "1 min", 300: "5 min", 1800: "30 min", 7200: "2 h", 21600: "6 h"}
    assert printed == [words[int(pause.total_seconds())] for pause in DEFAULT_RETRIES]
