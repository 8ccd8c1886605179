"""Domain facts as messages of the contract. They carry ids, codes and states, never personal data."""

from datetime import UTC, datetime
from typing import assert_never

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from mpp.applications.v1 import events_pb2

from mpp_applications.domain import events
from mpp_applications.domain.application import Application


def _timestamp(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    made = Timestamp()
    made.FromDatetime(at.astimezone(UTC))
    return made


def _standing(application: Application, entry: events.Entry) -> events_pb2.Standing:
    offering = application.offering
    return events_pb2.Standing(
        application=str(application.id),
        service=offering.service,
        mall=offering.mall,
        digest=offering.digest,
        status=events_pb2.Status.Value(f"STATUS_{entry.status}"),
        state=entry.state or "",
        clock_owner=events_pb2.ClockOwner.Value(f"CLOCK_OWNER_{entry.clock_owner}"),
        due_at=_timestamp(entry.due_at),
    )


def to_message(application: Application, event: events.Event) -> Message:
    """The fact as it goes into the ledger."""
    entry = event.entry
    standing = _standing(application, entry)
    match event:
        case events.ApplicationDrafted():
            return events_pb2.ApplicationDrafted(standing=standing)
        case events.AnswersChanged():
            return events_pb2.AnswersChanged(standing=standing)
        case events.AttachmentsChanged():
            return events_pb2.AttachmentsChanged(standing=standing, requirement=event.requirement)
        case events.ApplicationSubmitted():
            promised = entry.promised_date.isoformat() if entry.promised_date else ""
            return events_pb2.ApplicationSubmitted(standing=standing, promised_date=promised)
        case events.StepEntered():
            return events_pb2.StepEntered(standing=standing, action=entry.action)
        case events.TaskClaimed():
            return events_pb2.TaskClaimed(standing=standing, task=str(event.task), officer=entry.actor)
        case events.TaskReleased():
            return events_pb2.TaskReleased(standing=standing, task=str(event.task), officer=entry.actor)
        case events.AgencyTaskAsked():
            return events_pb2.AgencyTaskAsked(
                standing=standing, task=str(event.task), agency=event.agency, name=event.name
            )
        case events.AgencyAway():
            return events_pb2.AgencyAway(standing=standing, task=str(event.task), agency=event.agency)
        case events.AgencyBack():
            return events_pb2.AgencyBack(standing=standing, task=str(event.task), agency=event.agency)
        case events.AgencyTaskAnswered():
            return events_pb2.AgencyTaskAnswered(
                standing=standing, task=str(event.task), agency=event.agency, outcome=event.outcome
            )
        case events.CorrectionRequested():
            return events_pb2.CorrectionRequested(standing=standing, items=len(entry.items))
        case events.CorrectionsSubmitted():
            return events_pb2.CorrectionsSubmitted(standing=standing)
        case events.ApplicationApproved():
            return events_pb2.ApplicationApproved(standing=standing)
        case events.ApplicationRejected():
            return events_pb2.ApplicationRejected(standing=standing)
        case events.ApplicationWithdrawn():
            return events_pb2.ApplicationWithdrawn(standing=standing)
        case events.DocumentIssued():
            return events_pb2.DocumentIssued(standing=standing, document=str(event.document), digest=event.digest)
        case _:
            assert_never(event)
