"""Between rows and the domain."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import orjson
from mpp_runtime.errors import Text

from mpp_applications.domain.actors import Desk
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedDocument, PreparedDocument, Signer, StoredFile
from mpp_applications.domain.events import CorrectionItem, Entry, Event
from mpp_applications.domain.lookups import Lookup
from mpp_applications.domain.status import ClockOwner, Status
from mpp_applications.domain.tasks import AgencyTask, DeskTask
from mpp_applications.domain.timeline import HistoryLine
from mpp_applications.domain.working_days import WorkingCalendar
from mpp_applications.use_cases.agency_ports import QueuedTask
from mpp_applications.use_cases.ports import Head, InboxCount, InboxLine, Paper

Row = Mapping[str, Any]


def text_json(text: Text | None) -> dict[str, str] | None:
    return {"id": text.id, "en": text.en} if text else None


def text_of(value: Mapping[str, str] | None) -> Text | None:
    return Text(value["id"], value["en"]) if value else None


def _items_json(items: tuple[CorrectionItem, ...]) -> list[dict[str, Any]]:
    return [{"target": item.target, "note": text_json(item.note)} for item in items]


def _items(values: list[dict[str, Any]]) -> tuple[CorrectionItem, ...]:
    return tuple(CorrectionItem(value["target"], Text(**value["note"])) for value in values)


def _lookup_json(lookup: Lookup) -> dict[str, Any]:
    as_of = lookup.as_of.isoformat() if lookup.as_of else None
    return {**vars(lookup), "values": dict(lookup.values), "as_of": as_of, "asked_at": lookup.asked_at.isoformat()}


def _lookup(value: Mapping[str, Any]) -> Lookup:
    as_of = datetime.fromisoformat(value["as_of"]) if value["as_of"] else None
    return Lookup(**{**value, "as_of": as_of, "asked_at": datetime.fromisoformat(value["asked_at"])})


def application_values(application: Application) -> dict[str, Any]:
    """The columns that change; the others are written once by `new_application_values`."""
    return {
        "number": application.number,
        "secret": application.secret,
        "answers": dict(application.answers),
        "given": sorted(application.given),
        "status": application.status,
        "state": application.state,
        "version": application.version,
        "clock_owner": application.clock_owner,
        "items": _items_json(application.items),
        "reason": application.reason,
        "lookups": [_lookup_json(lookup) for lookup in application.lookups],
        "submitted_at": application.submitted_at,
        "promised_date": application.promised_date,
        "entered_at": application.entered_at,
        "due_at": application.due_at,
        "paused_on": application.paused_on,
        "calendar_version": application.calendar_version,
        "decided_by": application.decided_by,
        "decided_at": application.decided_at,
    }


def new_application_values(application: Application, proxy: str | None) -> dict[str, Any]:
    return {
        **application_values(application),
        "id": application.id,
        "owner": application.owner,
        "proxy": proxy,
        "mall": application.offering.mall,
        "region": application.offering.region,
        "service": application.offering.service,
        "digest": application.offering.digest,
        "created_at": application.created_at,
    }


def application_of(
    row: Row, offering: Offering, desk_task: DeskTask | None, agency_task: AgencyTask | None
) -> Application:
    return Application(
        id=row["id"],
        owner=row["owner"],
        offering=offering,
        answers=row["answers"],
        status=Status(row["status"]),
        created_at=row["created_at"],
        version=row["version"],
        state=row["state"],
        given=frozenset(row["given"]),
        number=row["number"],
        secret=row["secret"],
        submitted_at=row["submitted_at"],
        promised_date=row["promised_date"],
        entered_at=row["entered_at"],
        due_at=row["due_at"],
        clock_owner=ClockOwner(row["clock_owner"]),
        paused_on=row["paused_on"],
        calendar_version=row["calendar_version"],
        items=_items(row["items"]),
        reason=row["reason"],
        lookups=tuple(_lookup(value) for value in row["lookups"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        desk_task=desk_task,
        agency_task=agency_task,
    )


def head_of(row: Row) -> Head:
    names = ("id", "owner", "proxy", "digest", "mall", "service", "number", "secret")
    return Head(**{name: row[name] for name in names})


def history_values(application: Application, event: Event) -> dict[str, Any]:
    entry = event.entry
    return {
        "application": application.id,
        "version": entry.version,
        "event": type(event).__name__,
        "at": entry.at,
        "actor_kind": entry.actor_kind,
        "actor": entry.actor,
        "status": entry.status,
        "state": entry.state,
        "clock_owner": entry.clock_owner,
        "due_at": entry.due_at,
        "promised_date": entry.promised_date,
        "unit": text_json(entry.unit),
        "action": entry.action,
        "reason": entry.reason,
        "comment": entry.comment,
        "items": _items_json(entry.items),
        "answers": dict(entry.answers) if entry.answers is not None else None,
    }


def history_line(row: Row) -> HistoryLine:
    entry = Entry(
        version=row["version"],
        at=row["at"],
        actor_kind=row["actor_kind"],
        actor=row["actor"],
        status=Status(row["status"]),
        state=row["state"],
        clock_owner=ClockOwner(row["clock_owner"]),
        due_at=row["due_at"],
        promised_date=row["promised_date"],
        unit=text_of(row["unit"]),
        action=row["action"],
        reason=row["reason"],
        comment=row["comment"],
        items=_items(row["items"]),
        answers=row["answers"],
    )
    return HistoryLine(row["event"], entry)


def task_values(application: Application, task: DeskTask) -> dict[str, Any]:
    offering = application.offering
    state = offering.state(task.state)
    labels = {
        "number": application.number or "",
        "service_name": text_json(offering.name),
        "mall_name": offering.mall_name,
        "state_label": text_json(state.label),
        "desk_label": text_json(state.desk.label if state.desk else None),
    }
    return {
        "id": task.id,
        "application": application.id,
        "state": task.state,
        **asdict(task.desk),
        "mall": offering.mall,
        "service": offering.service,
        "labels": labels,
        "created_at": task.created_at,
        "due_at": task.due_at,
        "claimed_by": task.claimed_by,
        "claimed_at": task.claimed_at,
    }


def desk_task_of(row: Row) -> DeskTask:
    desk = Desk(row["role"], row["agency"], row["region"])
    return DeskTask(
        row["id"], row["state"], desk, row["created_at"], row["due_at"], row["claimed_by"], row["claimed_at"]
    )


def inbox_line(row: Row) -> InboxLine:
    labels = row["labels"]
    return InboxLine(
        task=row["id"],
        application=row["application"],
        number=labels["number"],
        service=row["service"],
        service_name=Text(**labels["service_name"]),
        mall=row["mall"],
        mall_name=labels["mall_name"],
        state=row["state"],
        state_label=Text(**labels["state_label"]),
        desk_label=Text(**labels["desk_label"]),
        desk=Desk(row["role"], row["agency"], row["region"]),
        created_at=row["created_at"],
        due_at=row["due_at"],
        claimed_by=row["claimed_by"],
        claimed_at=row["claimed_at"],
    )


def inbox_count(row: Row) -> InboxCount:
    def label(name: str) -> Text:
        return Text(**orjson.loads(row[name]))

    return InboxCount(
        desk=Desk(row["role"], row["agency"], row["region"]),
        desk_label=label("desk_label"),
        state=row["state"],
        state_label=label("state_label"),
        service=row["service"],
        service_name=label("service_name"),
        **{name: row[name] for name in ("open", "free", "mine", "late", "soon")},
    )


def agency_task_values(application: Application, task: AgencyTask, traceparent: str | None) -> dict[str, Any]:
    """Of a new task: to be offered from the moment it is asked."""
    asked = application.events[-1].entry.at
    return {
        **vars(task),
        "application": application.id,
        "attempt": 0,
        "next_offer_at": asked,
        "traceparent": traceparent,
    }


def agency_task_of(row: Row) -> AgencyTask:
    return AgencyTask(
        row["id"], row["state"], row["code"], row["agency"], row["name"], row["kind"], row["output"],
        row["asked_at"], row["away_since"],
    )  # fmt: skip


def queued_task(row: Row) -> QueuedTask:
    names = (
        "id", "application", "state", "code", "agency", "name", "kind", "output", "asked_at", "attempt", "offered_at",
        "sequence", "away_since", "traceparent",
    )  # fmt: skip
    prepared = PreparedDocument(**row["prepared"]) if row["prepared"] else None
    return QueuedTask(**{name: row[name] for name in names}, prepared=prepared, closed=row["closed_at"] is not None)


def paper_values(paper: Paper) -> dict[str, Any]:
    return {
        **asdict(paper.file),
        "application": paper.application,
        "requirement": paper.requirement,
        "uploaded_at": paper.uploaded_at,
    }


def paper_of(row: Row) -> Paper:
    names = ("id", "file_name", "media_type", "size", "sha256", "storage_key")
    return Paper(
        row["application"], row["requirement"], StoredFile(**{name: row[name] for name in names}), row["uploaded_at"]
    )


def document_values(document: IssuedDocument) -> dict[str, Any]:
    return asdict(document)


def document_of(row: Row) -> IssuedDocument:
    plain = (
        "id", "task", "application", "output", "number", "holder", "sha256", "storage_key", "verification_code",
        "media_type", "valid_from", "valid_until", "issued_at", "simulated", "revoked_at", "revocation_reason",
    )  # fmt: skip
    return IssuedDocument(
        title=Text(**row["title"]), signer=Signer(**row["signer"]), **{name: row[name] for name in plain}
    )


def calendar_json(calendar: WorkingCalendar) -> dict[str, Any]:
    return {
        "time_zone": calendar.time_zone,
        "weekdays": sorted(calendar.weekdays),
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "first_year": calendar.first_year,
        "last_year": calendar.last_year,
    }


def calendar_of(row: Row) -> WorkingCalendar:
    content = row["content"]
    return WorkingCalendar(
        version=row["version"],
        time_zone=content["time_zone"],
        weekdays=frozenset(content["weekdays"]),
        holidays=frozenset(date.fromisoformat(day) for day in content["holidays"]),
        first_year=content["first_year"],
        last_year=content["last_year"],
    )
