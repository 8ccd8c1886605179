"""The application: one method per verb, guard first, fact last. The definition it is pinned to drives it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from mpp_runtime.errors import FieldError, Invalid, Text

from mpp_applications.domain import events, refusals
from mpp_applications.domain.actors import PLATFORM, Actor, Desk, agency, applicant
from mpp_applications.domain.answers import Answers
from mpp_applications.domain.definition import Action, Offering, State
from mpp_applications.domain.events import CorrectionItem, Entry, Event
from mpp_applications.domain.lookups import Lookup, newest
from mpp_applications.domain.status import FINAL, LABELS, PAUSING, ClockOwner, Status
from mpp_applications.domain.tasks import AgencyTask, DeskTask
from mpp_applications.domain.validation import Checked
from mpp_applications.domain.working_days import WorkingCalendar

AgencyOutcome = Literal["accepted", "rejected", "later"]


@dataclass(frozen=True)
class Moment:
    """When a verb happens, by which calendar, and where new ids come from."""

    now: datetime
    calendar: WorkingCalendar
    new_id: Callable[[], UUID]

    @property
    def today(self) -> date:
        return self.calendar.local_date(self.now)


@dataclass
class Application:
    """`version` counts its facts. `given`: requirement codes a file is attached for. `events`: facts not stored yet."""

    id: UUID
    owner: str
    offering: Offering
    answers: Answers
    status: Status
    created_at: datetime
    version: int = 0
    state: str | None = None
    given: frozenset[str] = frozenset()
    number: str | None = None
    secret: str | None = None
    submitted_at: datetime | None = None
    promised_date: date | None = None
    entered_at: datetime | None = None
    due_at: datetime | None = None
    clock_owner: ClockOwner = ClockOwner.APPLICANT
    paused_on: date | None = None
    calendar_version: str = ""
    items: tuple[CorrectionItem, ...] = ()
    reason: str = ""
    lookups: tuple[Lookup, ...] = ()
    decided_by: str | None = None
    decided_at: datetime | None = None
    desk_task: DeskTask | None = None
    agency_task: AgencyTask | None = None
    events: list[Event] = field(default_factory=list)

    @classmethod
    def draft(cls, id: UUID, owner: str, offering: Offering, answers: Answers, now: datetime) -> "Application":
        made = cls(id, owner, offering, answers, Status.DRAFT, now, entered_at=now)
        made._record(events.ApplicationDrafted, now, applicant(owner))
        return made

    # What can be done now

    @property
    def place(self) -> State | None:
        """The workflow state; None for a draft."""
        return self.offering.state(self.state) if self.state else None

    @property
    def label(self) -> Text:
        return self.place.label if self.place else LABELS[self.status]

    @property
    def editable(self) -> bool:
        """May the applicant change answers and papers?"""
        return self.status is Status.DRAFT or bool(self.place and self.place.applicant)

    def possible(self) -> list[str]:
        """Codes of the verbs that are possible now, whoever may do them."""
        found = ["change-answers", "attach", "submit"] if self.editable else []
        if self._withdrawable():
            found.append("withdraw")
        if self.desk_task and self.place:
            found += ["release" if self.desk_task.claimed_by else "claim", *self.place.actions]
        return found

    def _withdrawable(self) -> bool:
        if self.offering.withdraw is None:
            return False
        return self.status is Status.DRAFT or self.state in self.offering.withdraw[2]

    def check_version(self, expected: int | None) -> None:
        """Raises Stale if the caller acts on an older version; None skips the check."""
        if expected is not None and expected != self.version:
            raise refusals.stale(self.version)

    def _refuse(self, what: str) -> Exception:
        return refusals.not_possible(what, self.label, self.possible())

    # The applicant's verbs

    def change_answers(self, answers: Answers, moment_now: datetime) -> None:
        if not self.editable:
            raise self._refuse("change-answers")
        if answers == self.answers:
            return
        self.answers = answers
        self._record(events.AnswersChanged, moment_now, applicant(self.owner))

    def keep_lookups(self, asked: Collection[Lookup]) -> None:
        """What registers answered. No fact of its own: the answers it filled are."""
        if not self.editable:
            raise self._refuse("prefill")
        self.lookups = newest(self.lookups, asked)

    def change_papers(self, requirement: str, given: Collection[str], now: datetime) -> None:
        """A file was attached for a requirement or taken away; `given` is what there is afterwards."""
        if not self.editable:
            raise self._refuse("attach")
        self.given = frozenset(given)
        self._record(lambda entry: events.AttachmentsChanged(entry, requirement), now, applicant(self.owner))

    def submit(self, checked: Checked, moment: Moment, number: str, secret: str) -> None:
        """Hands a draft in. `number` and `secret` are given once and stay."""
        if self.status is not Status.DRAFT:
            raise self._refuse("submit")
        checked.require_complete()
        self.number, self.secret, self.submitted_at = number, secret, moment.now
        if (days := self.offering.promised_working_days) is not None:
            self.promised_date = moment.calendar.plus(moment.today, days)
        self._enter(self.offering.start, moment)
        self._record(
            events.ApplicationSubmitted, moment.now, applicant(self.owner), action="submit", answers=self.answers
        )
        self._ask(moment)

    def resubmit(self, checked: Checked, moment: Moment) -> None:
        """Hands the corrections in."""
        if not (self.place and self.place.applicant and self.place.actions):
            raise self._refuse("submit")
        checked.require_complete()
        action = next(iter(self.place.actions.values()))
        self.items, self.reason = (), ""
        self._move(action, applicant(self.owner), moment, unit=None, answers=self.answers)

    def withdraw(self, moment: Moment) -> None:
        if not self._withdrawable() or self.offering.withdraw is None:
            raise self._refuse("withdraw")
        to, event, _ = self.offering.withdraw
        self.items, self.reason = (), ""
        self._enter(to, moment)
        self._record(events.EDGE_EVENTS[event], moment.now, applicant(self.owner), action="withdraw")

    # The officers' verbs

    def claim(self, officer: Actor, now: datetime) -> None:
        """Takes the task; claiming what is already one's own changes nothing."""
        task = self._task_of(officer, "claim")
        if task.claimed_by == officer.id:
            return
        if task.claimed_by is not None:
            raise refusals.claimed_by_other()
        task.claimed_by, task.claimed_at = officer.id, now
        self._record(lambda entry: events.TaskClaimed(entry, task.id), now, officer, unit=self._desk_label())

    def release(self, officer: Actor, now: datetime) -> None:
        task = self._claimed_task(officer, "release")
        task.claimed_by = task.claimed_at = None
        self._record(lambda entry: events.TaskReleased(entry, task.id), now, officer, unit=self._desk_label())

    def act(
        self, officer: Actor, code: str, moment: Moment, *,
        reason: str = "", items: Sequence[CorrectionItem] = (), comment: str = "",
    ) -> None:  # fmt: skip
        """An officer's decision; what the action needs (a reason, items) must be there."""
        if self.place is None or self.desk_task is None or code not in self.place.actions:
            raise self._refuse(code)
        self._claimed_task(officer, code)
        action = self.place.actions[code]
        if "reason" in action.needs and not reason.strip():
            raise refusals.needs("reason")
        if "items" in action.needs and not items:
            raise refusals.needs("items")
        if items and "items" not in action.needs:
            raise refusals.items_not_expected(action.code)
        self._check_targets(items)
        unit = self._desk_label()
        if action.event == events.ApplicationApproved.__name__:
            self.decided_by, self.decided_at = officer.id, moment.now
        self.items, self.reason = tuple(items), reason.strip()
        self._move(action, officer, moment, unit=unit, comment=comment)

    def require_open_task(self, task: UUID) -> None:
        """Raises Conflict if the application has moved on from this task."""
        if self.desk_task is None or self.desk_task.id != task:
            raise self._refuse("claim")

    def _task_of(self, officer: Actor, what: str) -> DeskTask:
        if self.desk_task is None:
            raise self._refuse(what)
        if self.desk_task.desk not in officer.desks:
            raise refusals.not_your_desk()
        if officer.id == self.owner:
            raise refusals.own_application()
        return self.desk_task

    def _claimed_task(self, officer: Actor, what: str) -> DeskTask:
        task = self._task_of(officer, what)
        if task.claimed_by is None:
            raise refusals.not_claimed()
        if task.claimed_by != officer.id:
            raise refusals.claimed_by_other()
        return task

    def _check_targets(self, items: Sequence[CorrectionItem]) -> None:
        wrong = tuple(
            FieldError(
                f"/items/{index}/target",
                "unknown-target",
                Text("Tidak ada isian atau berkas seperti itu.", "There is no such field or paper."),
            )
            for index, item in enumerate(items)
            if self.offering.target_label(item.target) is None
        )
        if wrong:
            raise Invalid("items-invalid", Text("Butir perbaikan tidak sah.", "The items are not valid."), wrong)

    # What agencies and the platform do

    def answer(
        self, task: UUID, outcome: AgencyOutcome, moment: Moment, *,
        items: Sequence[CorrectionItem] = (), document: tuple[UUID, str] | None = None,
    ) -> None:  # fmt: skip
        """The agency's answer to the open task; `document` = (id, digest) where the task makes one."""
        asked = self._open_task(task)
        if asked is None or self.place is None:
            raise self._refuse("answer")
        edge = self.place.outcomes.get(outcome)
        if edge is None and outcome != "later":
            raise self._refuse(f"answer:{outcome}")
        by, unit = agency(asked.agency), self.offering.agency_name(asked.agency)

        def answered(entry: Entry) -> Event:
            return events.AgencyTaskAnswered(entry, asked.id, asked.agency, outcome)

        if edge is None:
            self._back(moment)
            self._record(answered, moment.now, by, unit=unit)
            return
        if outcome == "rejected":
            # A target the form does not have becomes a remark on the whole application, never a lost one.
            known = self.offering.target_label
            self.items = tuple(item if known(item.target) else CorrectionItem("", item.note) for item in items)
        if edge.event == events.AgencyTaskAnswered.__name__:
            self._enter(edge.to, moment)
            self._record(answered, moment.now, by, unit=unit)
        else:
            self._record(answered, moment.now, by, unit=unit)
            self._enter(edge.to, moment)
            self._record(self._edge_event(edge.event, document), moment.now, by, unit=unit, items=self.items)
        self._ask(moment)

    @staticmethod
    def _edge_event(name: str, document: tuple[UUID, str] | None) -> Callable[[Entry], Event]:
        if name != events.DocumentIssued.__name__:
            return events.EDGE_EVENTS[name]
        if document is None:
            raise ValueError("a document task was accepted without its document")
        id, digest = document
        return lambda entry: events.DocumentIssued(entry, id, digest)

    def _open_task(self, task: UUID) -> AgencyTask | None:
        return self.agency_task if self.agency_task and self.agency_task.id == task else None

    def agency_went_away(self, task: UUID, moment: Moment) -> None:
        """Nobody at the agency takes the task: its clock stops, the promise will move. Twice changes nothing."""
        asked = self._open_task(task)
        if asked is None or asked.away_since is not None:
            return
        asked.away_since = moment.now
        self._set_clock(ClockOwner.OUTAGE, None, moment)
        unit = self.offering.agency_name(asked.agency)
        self._record(lambda entry: events.AgencyAway(entry, asked.id, asked.agency), moment.now, PLATFORM, unit=unit)

    def agency_came_back(self, task: UUID, moment: Moment) -> None:
        """Somebody at the agency answers again: its clock runs."""
        asked = self._open_task(task)
        if asked is None or asked.away_since is None:
            return
        self._back(moment)
        unit = self.offering.agency_name(asked.agency)
        self._record(lambda entry: events.AgencyBack(entry, asked.id, asked.agency), moment.now, PLATFORM, unit=unit)

    def _back(self, moment: Moment) -> None:
        if self.agency_task and self.agency_task.away_since and self.place:
            self.agency_task.away_since = None
            self._set_clock(self.place.clock, self.place.working_days, moment)

    # How it moves

    def _move(
        self, action: Action, actor: Actor, moment: Moment, *,
        unit: Text | None, comment: str = "", answers: Answers | None = None,
    ) -> None:  # fmt: skip
        event = events.EDGE_EVENTS[action.event]
        self._enter(action.to, moment)
        self._record(
            event, moment.now, actor, unit=unit, action=action.code, reason=self.reason, comment=comment,
            items=self.items, answers=answers,
        )  # fmt: skip
        self._ask(moment)

    def _enter(self, code: str, moment: Moment) -> None:
        """Leaves the present state, its tasks closed, and enters another."""
        state = self.offering.state(code)
        self.status, self.state, self.entered_at = state.status, code, moment.now
        self.desk_task = self.agency_task = None
        self._set_clock(state.clock, state.working_days, moment)
        if state.desk:
            desk = Desk(state.desk.role, state.desk.agency, self.offering.region)
            self.desk_task = DeskTask(moment.new_id(), code, desk, moment.now, self.due_at)

    def _ask(self, moment: Moment) -> None:
        """If the state entered asks an agency, the agency task begins."""
        if self.place is None or self.place.task is None:
            return
        spec = self.offering.task(self.place.task)
        asked = self.agency_task = AgencyTask(
            moment.new_id(), self.place.code, spec.code, spec.agency, spec.name,
            "document" if spec.document else "check", spec.document, moment.now,
        )  # fmt: skip
        unit = self.offering.agency_name(spec.agency)
        self._record(
            lambda entry: events.AgencyTaskAsked(entry, asked.id, spec.agency, spec.name),
            moment.now,
            PLATFORM,
            unit=unit,
        )

    def _set_clock(self, owner: ClockOwner, working_days: int | None, moment: Moment) -> None:
        if owner in PAUSING:
            self.paused_on = self.paused_on or moment.today
        elif self.paused_on is not None:
            # The promise moves by the working days that were not the agency's.
            if self.promised_date is not None and self.status not in FINAL:
                waited = moment.calendar.between(self.paused_on, moment.today)
                self.promised_date = moment.calendar.plus(self.promised_date, waited)
            self.paused_on = None
        self.clock_owner = owner
        self.calendar_version = moment.calendar.version
        self.due_at = moment.calendar.due(moment.now, working_days) if working_days is not None else None

    def _desk_label(self) -> Text | None:
        return self.place.desk.label if self.place and self.place.desk else None

    def _record(
        self, event: Callable[[Entry], Event], at: datetime, actor: Actor, *,
        unit: Text | None = None, action: str = "", reason: str = "", comment: str = "",
        items: tuple[CorrectionItem, ...] = (), answers: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.version += 1
        entry = Entry(
            self.version, at, actor.kind, actor.id, self.status, self.state, self.clock_owner, self.due_at,
            self.promised_date, unit, action, reason, comment, items, answers,
        )  # fmt: skip
        self.events.append(event(entry))
