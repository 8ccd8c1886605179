"""An application's history as people read it: what happened, at which unit, what was asked. Officers show as units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mpp_runtime.errors import Text

from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.events import CorrectionItem, Entry
from mpp_applications.domain.status import LABELS, ClockOwner, Status

Reader = Literal["applicant", "officer", "public"]

TITLES: dict[str, Text] = {
    "ApplicationDrafted": Text("Konsep dibuat", "Draft begun"),
    "AnswersChanged": Text("Isian diubah", "Answers changed"),
    "AttachmentsChanged": Text("Berkas diubah", "Papers changed"),
    "ApplicationSubmitted": Text("Permohonan diajukan", "Application submitted"),
    "StepEntered": Text("Tahap berikutnya", "Next step"),
    "TaskClaimed": Text("Mulai dikerjakan", "Taken up"),
    "TaskReleased": Text("Kembali ke antrean", "Back in the queue"),
    "AgencyTaskAsked": Text("Diminta ke instansi", "Agency asked"),
    "AgencyAway": Text("Instansi sedang tidak terhubung", "The agency is not connected"),
    "AgencyBack": Text("Instansi terhubung kembali", "The agency is connected again"),
    "AgencyTaskAnswered": Text("Instansi menjawab", "The agency answered"),
    "CorrectionRequested": Text("Dikembalikan untuk diperbaiki", "Returned for correction"),
    "CorrectionsSubmitted": Text("Perbaikan diajukan", "Corrections submitted"),
    "ApplicationApproved": Text("Disetujui", "Approved"),
    "ApplicationRejected": Text("Ditolak", "Rejected"),
    "ApplicationWithdrawn": Text("Ditarik pemohon", "Withdrawn by the applicant"),
    "DocumentIssued": Text("Dokumen terbit", "Document issued"),
}

APPLICANT = Text("Pemohon", "Applicant")
PLATFORM = Text("Sistem", "System")

# Edits are the applicant's own and may be many: of a run of them the last is told.
_EDITS = frozenset({"AnswersChanged", "AttachmentsChanged"})


@dataclass(frozen=True)
class HistoryLine:
    event: str
    entry: Entry


@dataclass(frozen=True)
class TimelineLine:
    """`who` is a unit, never a person; `officer` is filled for officers only."""

    version: int
    at: datetime
    event: str
    title: Text
    who: Text
    officer: str | None
    status: Status
    state: str | None
    state_label: Text
    clock_owner: ClockOwner
    due_at: datetime | None
    promised_date: date | None
    reason: str
    comment: str
    items: tuple[CorrectionItem, ...]


def timeline(offering: Offering, history: Sequence[HistoryLine], reader: Reader) -> list[TimelineLine]:
    """Oldest first. The public (number and secret) sees neither reasons nor notes: they may speak of the person."""
    told = []
    for index, line in enumerate(history):
        following = history[index + 1].event if index + 1 < len(history) else ""
        if line.event in _EDITS and (reader == "public" or following in _EDITS):
            continue
        told.append(_line(offering, line, reader))
    return told


def _line(offering: Offering, line: HistoryLine, reader: Reader) -> TimelineLine:
    entry = line.entry
    label = offering.state(entry.state).label if entry.state else LABELS[entry.status]
    own = {"applicant": APPLICANT, "platform": PLATFORM}.get(entry.actor_kind, PLATFORM)
    return TimelineLine(
        version=entry.version,
        at=entry.at,
        event=line.event,
        title=TITLES[line.event],
        who=own if entry.actor_kind == "applicant" else entry.unit or own,
        officer=entry.actor if reader == "officer" and entry.actor_kind == "officer" else None,
        status=entry.status,
        state=entry.state,
        state_label=label,
        clock_owner=entry.clock_owner,
        due_at=entry.due_at,
        promised_date=entry.promised_date,
        reason=entry.reason if reader != "public" else "",
        comment=entry.comment if reader == "officer" else "",
        items=entry.items if reader != "public" else (),
    )


@dataclass(frozen=True)
class WaitingFor:
    """Who has it now. `away_since` is set while the agency does not answer."""

    kind: Literal["applicant", "desk", "agency"]
    name: Text
    since: datetime
    due_at: datetime | None
    agency: str | None = None
    away_since: datetime | None = None
    claimed: bool = False


def waiting_for(application: Application) -> WaitingFor | None:
    """None once nobody has to do anything any more."""
    since = application.entered_at or application.created_at
    due = application.due_at
    if task := application.agency_task:
        name = application.offering.agency_name(task.agency)
        return WaitingFor("agency", name, task.asked_at, due, task.agency, task.away_since)
    if (task_here := application.desk_task) and application.place and application.place.desk:
        claimed = task_here.claimed_by is not None
        return WaitingFor("desk", application.place.desk.label, since, due, task_here.desk.agency, claimed=claimed)
    if application.editable:
        return WaitingFor("applicant", APPLICANT, since, due)
    return None
