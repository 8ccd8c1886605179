"""Which events make a message, for whom; the same events as the contracts say notifications listens to."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from mpp.applications.v1 import events_pb2
from mpp.options.v1 import options_pb2
from mpp_notifications.domain.messages import ApplicationFact, Message
from mpp_notifications.domain.routing import Audience, Route, Routing
from mpp_notifications.storage.package_data import load_routing
from mpp_notifications.use_cases.record_fact import RecordFact

ROUTING = load_routing()


class Rows:
    """The messages of a unit of work, in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[UUID, Audience], Message] = {}

    async def add(self, message: Message, due: datetime) -> bool:
        assert due == Clock().now()
        key = (message.event, message.audience)
        if key in self.rows:
            return False
        self.rows[key] = message
        return True


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)


class Unit:
    def __init__(self) -> None:
        self.messages: Any = Rows()


def fact(name: str) -> ApplicationFact:
    return ApplicationFact(
        id=uuid4(), type=f"mpp.applications.v1.{name}", application=uuid4(), version=3, at=datetime.now(UTC)
    )


@pytest.mark.parametrize("event", sorted(ROUTING.events))
async def test_a_routed_event_makes_one_message_for_the_applicant(event: str) -> None:
    unit, told = Unit(), fact(event.rpartition(".")[2])
    record = RecordFact(ROUTING, uuid4, Clock())
    assert await record(unit, told) == 1  # type: ignore[arg-type]
    assert await record(unit, told) == 0  # type: ignore[arg-type]
    (message,) = unit.messages.rows.values()
    assert (message.audience, message.application, message.application_version) == (
        Audience.APPLICANT,
        told.application,
        3,
    )


@pytest.mark.parametrize("name", ["ApplicationDrafted", "StepEntered", "TaskClaimed", "AgencyTaskAsked"])
async def test_other_events_make_none(name: str) -> None:
    unit = Unit()
    assert await RecordFact(ROUTING, uuid4, Clock())(unit, fact(name)) == 0  # type: ignore[arg-type]
    assert unit.messages.rows == {}


def test_the_contracts_name_notifications_as_listener_of_exactly_these_events() -> None:
    declared = {
        message.full_name
        for message in events_pb2.DESCRIPTOR.message_types_by_name.values()
        if "notifications" in message.GetOptions().Extensions[options_pb2.listeners]
    }
    assert declared == ROUTING.events


def test_decisions_and_corrections_cannot_be_switched_off() -> None:
    mandatory = {event for event in ROUTING.events if ROUTING.is_mandatory(event, Audience.APPLICANT)}
    assert {event.rpartition(".")[2] for event in mandatory} == {
        "CorrectionRequested",
        "ApplicationApproved",
        "ApplicationRejected",
        "DocumentIssued",
    }


def test_a_table_that_names_a_route_twice_is_refused() -> None:
    route = Route("x", Audience.APPLICANT, mandatory=True)
    with pytest.raises(ValueError, match="twice"):
        Routing([route, route])
