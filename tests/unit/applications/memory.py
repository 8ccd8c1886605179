"""The store in memory: the same promises as the database, held by the same contract test."""

import asyncio
import copy
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mpp_applications.domain import refusals
from mpp_applications.domain.actors import Desk
from mpp_applications.domain.answers import Answers
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedDocument, PreparedDocument
from mpp_applications.domain.status import Status
from mpp_applications.domain.tasks import DeskTask
from mpp_applications.domain.timeline import HistoryLine
from mpp_applications.domain.working_days import WorkingCalendar
from mpp_applications.use_cases.agency_ports import QueuedTask
from mpp_applications.use_cases.ports import (
    Answer,
    Head,
    InboxCount,
    InboxFilter,
    InboxLine,
    Once,
    Paper,
    RecordedResult,
)
from mpp_runtime.errors import Invalid, Text

FAR = datetime.max.replace(tzinfo=UTC)


class Tables:
    def __init__(self) -> None:
        self.applications: dict[UUID, Application] = {}
        self.proxies: dict[UUID, str | None] = {}
        self.history: dict[UUID, list[HistoryLine]] = {}
        self.tasks: dict[UUID, tuple[UUID, DeskTask, bool]] = {}
        self.queue: dict[UUID, QueuedTask] = {}
        self.papers: dict[UUID, Paper] = {}
        self.documents: dict[UUID, IssuedDocument] = {}
        self.results: dict[UUID, RecordedResult] = {}
        self.answers: dict[tuple[str, str], tuple[bytes, Answer | None]] = {}
        self.offerings: dict[str, bytes] = {}


class MemoryUnit:
    def __init__(self, tables: Tables, keys: frozenset[str]) -> None:
        self.tables = tables
        self._keys = keys
        self.claimed: set[tuple[str, str]] = set()

    async def repeated(self, owner: str, once: Once) -> Answer | None:
        known = self.tables.answers.get((owner, once.key))
        if known is None:
            self.tables.answers[(owner, once.key)] = (once.fingerprint, None)
            self.claimed.add((owner, once.key))
            return None
        return _same(known, once)

    async def remember(self, owner: str, once: Once, answer: Answer) -> None:
        self.tables.answers[(owner, once.key)] = (once.fingerprint, answer)
        self.claimed.discard((owner, once.key))

    async def add(self, application: Application, proxy: str | None) -> None:
        self.tables.proxies[application.id] = proxy
        self.tables.history[application.id] = []
        await self.save(application)

    async def load(self, id: UUID, offering: Offering) -> Application:
        return _loaded(self.tables, id, offering)

    async def save(self, application: Application) -> None:
        if not application.events:
            if application.id in self.tables.applications:
                kept = copy.copy(self.tables.applications[application.id])
                kept.lookups = application.lookups
                self.tables.applications[application.id] = kept
            return
        if str(application.id) not in self._keys:
            raise ValueError("publish needs its key in transaction(lock=[...])")
        for event in application.events:
            self.tables.history[application.id].append(HistoryLine(type(event).__name__, event.entry))
        self._save_tasks(application, application.events[-1].entry.at)
        application.events.clear()
        self.tables.applications[application.id] = copy.deepcopy(application)

    def _save_tasks(self, application: Application, at: datetime) -> None:
        desk, agency = application.desk_task, application.agency_task
        for id, (owner, task, is_open) in list(self.tables.tasks.items()):
            if owner == application.id and is_open and (desk is None or desk.id != id):
                self.tables.tasks[id] = (owner, task, False)
        if desk:
            self.tables.tasks[desk.id] = (application.id, copy.deepcopy(desk), True)
        for id, queued in list(self.tables.queue.items()):
            if queued.application == application.id and not queued.closed and (agency is None or agency.id != id):
                self.tables.queue[id] = replace(queued, closed=True)
        if agency and agency.id in self.tables.queue:
            self.tables.queue[agency.id] = replace(self.tables.queue[agency.id], away_since=agency.away_since)
        elif agency:
            self.tables.queue[agency.id] = QueuedTask(
                agency.id, application.id, agency.state, agency.code, agency.agency, agency.name, agency.kind,
                agency.output, agency.asked_at, 0, None, None, None, None, None, False,
            )  # fmt: skip

    async def papers(self, application: UUID) -> Sequence[Paper]:
        return [paper for paper in self.tables.papers.values() if paper.application == application]

    async def documents(self, application: UUID) -> Sequence[IssuedDocument]:
        return [each for each in self.tables.documents.values() if each.application == application]

    async def handed_in(self, application: UUID) -> Answers | None:
        lines = self.tables.history.get(application, [])
        return next((line.entry.answers for line in reversed(lines) if line.entry.answers is not None), None)

    async def add_paper(self, paper: Paper) -> None:
        self.tables.papers[paper.file.id] = paper

    async def remove_paper(self, application: UUID, file: UUID, at: datetime) -> Paper | None:
        paper = self.tables.papers.get(file)
        if paper is None or paper.application != application:
            return None
        return self.tables.papers.pop(file)

    async def add_document(self, document: IssuedDocument) -> None:
        self.tables.documents[document.id] = document

    async def result(self, id: UUID) -> RecordedResult | None:
        return self.tables.results.get(id)

    async def record_result(self, result: RecordedResult) -> None:
        self.tables.results[result.id] = result


class MemoryStore:
    """One transaction at a time; a failed one leaves nothing."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.calendars: dict[str, WorkingCalendar] = {}
        self.numbers: dict[tuple[str, str, int], int] = {}
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def unit(self, *keys: str) -> AsyncIterator[MemoryUnit]:
        async with self._lock:
            copied = copy.copy(self.tables)
            for name, value in vars(self.tables).items():
                setattr(copied, name, copy.copy(value))
            copied.history = {id: list(lines) for id, lines in self.tables.history.items()}
            unit = MemoryUnit(copied, frozenset(keys))
            yield unit
            if unit.claimed:
                raise RuntimeError("an idempotency key was claimed but its answer not remembered")
            self.tables = copied

    async def create(self, application: Application, filer: str, once: Once, answer: Answer) -> Answer:
        async with self.unit(str(application.id)) as unit:
            if first := await unit.repeated(filer, once):
                return first
            await unit.add(application, filer if filer != application.owner else None)
            await unit.remember(filer, once, answer)
        return answer

    async def answered(self, owner: str, once: Once) -> Answer | None:
        known = self.tables.answers.get((owner, once.key))
        return _same(known, once) if known else None

    async def head(self, id: UUID) -> Head | None:
        found = self.tables.applications.get(id)
        return self._head(found) if found else None

    def _head(self, application: Application) -> Head:
        offering = application.offering
        proxy = self.tables.proxies[application.id]
        return Head(
            application.id, application.owner, proxy, offering.digest, offering.mall, offering.service,
            application.number, application.secret,
        )  # fmt: skip

    async def head_by_number(self, number: str) -> Head | None:
        return next((self._head(each) for each in self.tables.applications.values() if each.number == number), None)

    async def read(self, id: UUID, offering: Offering) -> Application:
        return _loaded(self.tables, id, offering)

    async def read_all(self, offerings: Mapping[UUID, Offering]) -> Sequence[Application]:
        return [copy.deepcopy(self.tables.applications[id]) for id in offerings if id in self.tables.applications]

    async def mine(
        self, person: str, limit: int, before: UUID | None, statuses: Collection[Status] = ()
    ) -> Sequence[Head]:
        found = [
            self._head(each)
            for each in self.tables.applications.values()
            if person in (each.owner, self.tables.proxies[each.id]) and (before is None or each.id < before)
            if not statuses or each.status in statuses
        ]
        return sorted(found, key=lambda head: head.id, reverse=True)[:limit]

    async def seen_by(self, application: UUID, desks: Collection[Desk]) -> bool:
        return any(owner == application and task.desk in desks for owner, task, _ in self.tables.tasks.values())

    async def inbox(
        self, officer: str, desks: Collection[Desk], only: InboxFilter, limit: int, after: UUID | None
    ) -> Sequence[InboxLine]:
        found = []
        for owner, task, is_open in self.tables.tasks.values():
            offering = self.tables.applications[owner].offering
            if not is_open or task.desk not in desks:
                continue
            if only.claimed == "mine" and task.claimed_by != officer:
                continue
            if only.claimed == "free" and task.claimed_by is not None:
                continue
            if only.state not in (None, task.state) or only.service not in (None, offering.service):
                continue
            if only.desk not in (None, task.desk):
                continue
            due = task.due_at or FAR
            if (only.due_from and due < only.due_from) or (only.due_before and due >= only.due_before):
                continue
            found.append(self._inbox_line(owner, task, offering))
        found.sort(key=lambda line: (line.due_at or FAR, line.task))
        if after is not None:
            last = next((index for index, line in enumerate(found) if line.task == after), len(found))
            found = found[last + 1 :]
        return found[:limit]

    def _inbox_line(self, owner: UUID, task: DeskTask, offering: Offering) -> InboxLine:
        state = offering.state(task.state)
        assert state.desk is not None
        return InboxLine(
            task.id, owner, self.tables.applications[owner].number or "", offering.service, offering.name,
            offering.mall, offering.mall_name, task.state, state.label, state.desk.label, task.desk, task.created_at,
            task.due_at, task.claimed_by, task.claimed_at,
        )  # fmt: skip

    async def count_inbox(
        self, officer: str, desks: Collection[Desk], now: datetime, soon: datetime
    ) -> Sequence[InboxCount]:
        groups: dict[tuple[Desk, str, str], list[InboxLine]] = {}
        for line in await self.inbox(officer, desks, InboxFilter(), len(self.tables.tasks), None):
            groups.setdefault((line.desk, line.state, line.service), []).append(line)
        return [
            InboxCount(
                desk, lines[0].desk_label, state, lines[0].state_label, service, lines[0].service_name,
                open=len(lines),
                free=sum(line.claimed_by is None for line in lines),
                mine=sum(line.claimed_by == officer for line in lines),
                late=sum((line.due_at or FAR) < now for line in lines),
                soon=sum(now <= (line.due_at or FAR) < soon for line in lines),
            )
            for (desk, state, service), lines in sorted(groups.items(), key=lambda group: str(group[0]))
        ]  # fmt: skip

    async def find_numbered(self, number: str, desks: Collection[Desk]) -> Head | None:
        head = await self.head_by_number(number)
        return head if head and await self.seen_by(head.id, desks) else None

    async def task_application(self, task: UUID, desks: Collection[Desk]) -> UUID | None:
        found = self.tables.tasks.get(task)
        return found[0] if found and found[1].desk in desks else None

    async def history(self, application: UUID) -> Sequence[HistoryLine]:
        return self.tables.history.get(application, [])

    async def history_line(self, application: UUID, version: int) -> HistoryLine | None:
        lines = self.tables.history.get(application, [])
        return next((line for line in lines if line.entry.version == version), None)

    async def papers(self, application: UUID) -> Sequence[Paper]:
        return await MemoryUnit(self.tables, frozenset()).papers(application)

    async def documents(self, application: UUID) -> Sequence[IssuedDocument]:
        return await MemoryUnit(self.tables, frozenset()).documents(application)

    async def handed_in(self, application: UUID) -> Answers | None:
        return await MemoryUnit(self.tables, frozenset()).handed_in(application)

    async def paper(self, application: UUID, file: UUID) -> Paper | None:
        return next((paper for paper in await self.papers(application) if paper.file.id == file), None)

    async def document(self, application: UUID, document: UUID) -> IssuedDocument | None:
        return next((each for each in await self.documents(application) if each.id == document), None)

    async def offering(self, digest: str) -> bytes | None:
        return self.tables.offerings.get(digest)

    async def keep_offering(self, digest: str, content: bytes) -> None:
        self.tables.offerings[digest] = content

    async def calendar(self, mall: str) -> WorkingCalendar | None:
        return self.calendars.get(mall)

    async def keep_calendar(self, mall: str, calendar: WorkingCalendar, seen_at: datetime) -> None:
        self.calendars[mall] = calendar

    async def take_number(self, mall: str, prefix: str, year: int) -> int:
        self.numbers[mall, prefix, year] = self.numbers.get((mall, prefix, year), 0) + 1
        return self.numbers[mall, prefix, year]


class MemoryQueue:
    """The agency queue over the tables of a memory store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.next_offer: dict[UUID, datetime | None] = {}
        self.leases: dict[UUID, datetime] = {}
        self.parked_because: dict[UUID, str] = {}
        self.sequences: dict[UUID, int] = {}

    async def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[QueuedTask]:
        due = []
        for task in self._store.tables.queue.values():
            next_offer = self.next_offer.get(task.id, task.asked_at)
            free = self.leases.get(task.id, now) <= now
            if not task.closed and next_offer is not None and next_offer <= now and free:
                due.append(task)
        for task in due[:limit]:
            self.leases[task.id] = until
        return due[:limit]

    async def find(self, task: UUID) -> QueuedTask | None:
        return self._store.tables.queue.get(task)

    async def offered(self, task: UUID, sequence: int, at: datetime, next_offer_at: datetime) -> None:
        self._change(task, sequence=sequence, offered_at=at, attempt=self._store.tables.queue[task].attempt + 1)
        await self.postponed(task, next_offer_at)

    async def postponed(self, task: UUID, next_offer_at: datetime) -> None:
        self.next_offer[task] = next_offer_at
        self.leases.pop(task, None)

    async def parked(self, task: UUID, reason: str) -> None:
        self.next_offer[task] = None
        self.parked_because[task] = reason

    async def document_sequence(self, task: UUID, mall: str, service: str, year: int) -> int:
        return self.sequences.setdefault(task, len(self.sequences) + 1)

    async def keep_prepared(self, task: UUID, prepared: PreparedDocument) -> PreparedDocument:
        kept = self._store.tables.queue[task].prepared
        if kept is None:
            self._change(task, prepared=prepared)
        return kept or prepared

    def _change(self, task: UUID, **changes: Any) -> None:
        self._store.tables.queue[task] = replace(self._store.tables.queue[task], **changes)


def _loaded(tables: Tables, id: UUID, offering: Offering) -> Application:
    found = tables.applications.get(id)
    if found is None:
        raise refusals.not_found()
    return copy.deepcopy(found)


def _same(known: tuple[bytes, Answer | None], once: Once) -> Answer | None:
    if known[0] != once.fingerprint:
        raise Invalid("idempotency-key-reused", Text("Sudah dipakai", "Used already"))
    return known[1]
