"""What the use cases need from outside: storage, other services, agencies, time."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from mpp_runtime.errors import Text

from mpp_applications.domain.actors import Desk
from mpp_applications.domain.answers import Answers
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedDocument, StoredFile
from mpp_applications.domain.status import Status
from mpp_applications.domain.timeline import HistoryLine
from mpp_applications.domain.working_days import WorkingCalendar

Clock = Callable[[], datetime]
NewId = Callable[[], UUID]


@dataclass(frozen=True)
class Answer:
    """An answer as it goes over the wire; a repeated request gets the same bytes."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Once:
    """The key under which a request happens once; `fingerprint` is a digest of the request."""

    key: str
    fingerprint: bytes


def once_key(owner: str, key: str) -> str:
    """The lock of a request: it must be taken before the transaction has an xid, like the application's."""
    return f"once:{owner}:{key}"


@dataclass(frozen=True)
class Head:
    """What must be known of an application before its offering is at hand. `proxy` filed it for the owner."""

    id: UUID
    owner: str
    proxy: str | None
    digest: str
    mall: str
    service: str
    number: str | None
    secret: str | None


@dataclass(frozen=True)
class Paper:
    """A file attached for a requirement."""

    application: UUID
    requirement: str
    file: StoredFile
    uploaded_at: datetime


@dataclass(frozen=True)
class InboxLine:
    """A task in an officer's inbox; labels in both languages, times with offset."""

    task: UUID
    application: UUID
    number: str
    service: str
    service_name: Text
    mall: str
    mall_name: str
    state: str
    state_label: Text
    desk_label: Text
    desk: Desk
    created_at: datetime
    due_at: datetime | None
    claimed_by: str | None
    claimed_at: datetime | None


@dataclass(frozen=True)
class InboxFilter:
    """`claimed`: "mine", "free" or None for both; `due_from` and `due_before`: only tasks due in that time."""

    claimed: Literal["mine", "free"] | None = None
    desk: Desk | None = None
    state: str | None = None
    service: str | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None


@dataclass(frozen=True)
class InboxCount:
    """Open tasks of one desk in one step of one public service; `soon`: due before a time that was asked for."""

    desk: Desk
    desk_label: Text
    state: str
    state_label: Text
    service: str
    service_name: Text
    open: int
    free: int
    mine: int
    late: int
    soon: int


@dataclass(frozen=True)
class RecordedResult:
    """What became of an agency's result. `status`: "recorded" or "refused", with the reason's code."""

    id: UUID
    task: UUID
    agency: str
    status: Literal["recorded", "refused"]
    reason: str
    recorded_at: datetime


class Reads(Protocol):
    """Reading what hangs on an application."""

    async def papers(self, application: UUID) -> Sequence[Paper]: ...
    async def documents(self, application: UUID) -> Sequence[IssuedDocument]: ...
    async def handed_in(self, application: UUID) -> Answers | None:
        """The answers as they were handed in last; None before the first time."""


class Unit(Reads, Protocol):
    """One transaction: state, history and facts commit together or not at all."""

    async def repeated(self, owner: str, once: Once) -> Answer | None:
        """Claims the key; the first answer if the request was carried out before. Raises Invalid for a reused key."""

    async def remember(self, owner: str, once: Once, answer: Answer) -> None: ...
    async def load(self, id: UUID, offering: Offering) -> Application:
        """Raises NotFound."""

    async def save(self, application: Application) -> None:
        """Row, history, tasks and facts. The application's key must have been given to `Store.unit`."""

    async def add_paper(self, paper: Paper) -> None: ...
    async def remove_paper(self, application: UUID, file: UUID, at: datetime) -> Paper | None: ...
    async def add_document(self, document: IssuedDocument) -> None: ...
    async def result(self, id: UUID) -> RecordedResult | None: ...
    async def record_result(self, result: RecordedResult) -> None: ...


class Store(Reads, Protocol):
    """The database of applications. Scope is part of each query."""

    def unit(self, *keys: str) -> AbstractAsyncContextManager[Unit]:
        """A transaction that holds these keys; facts may be published for them only."""

    async def create(self, application: Application, filer: str, once: Once, answer: Answer) -> Answer:
        """Stores a new application and the answer to the request of `filer`, its owner or a proxy, in one transaction.

        The first answer if the request was carried out meanwhile. Raises Invalid for a reused key.
        """

    async def answered(self, owner: str, once: Once) -> Answer | None:
        """The first answer to a request, if it was carried out."""

    async def head(self, id: UUID) -> Head | None: ...
    async def head_by_number(self, number: str) -> Head | None: ...
    async def read(self, id: UUID, offering: Offering) -> Application:
        """Raises NotFound."""

    async def read_all(self, offerings: Mapping[UUID, Offering]) -> Sequence[Application]:
        """Those of these applications that there are, in the given order."""

    async def mine(
        self, person: str, limit: int, before: UUID | None, statuses: Collection[Status] = ()
    ) -> Sequence[Head]:
        """Newest first, of the owner or the proxy; only those of `statuses` if any are named."""

    async def seen_by(self, application: UUID, desks: Collection[Desk]) -> bool:
        """Is it, or was it, at one of these desks?"""

    async def inbox(
        self, officer: str, desks: Collection[Desk], only: InboxFilter, limit: int, after: UUID | None
    ) -> Sequence[InboxLine]:
        """Open tasks of these desks, the earliest due first."""

    async def find_numbered(self, number: str, desks: Collection[Desk]) -> Head | None:
        """By its number, if it is or was at one of these desks."""

    async def count_inbox(
        self, officer: str, desks: Collection[Desk], now: datetime, soon: datetime
    ) -> Sequence[InboxCount]:
        """Of all open tasks of these desks: late before `now`, soon due from then until `soon`."""

    async def task_application(self, task: UUID, desks: Collection[Desk]) -> UUID | None:
        """The application of a task at one of these desks, open or not."""

    async def history(self, application: UUID) -> Sequence[HistoryLine]: ...
    async def history_line(self, application: UUID, version: int) -> HistoryLine | None: ...
    async def paper(self, application: UUID, file: UUID) -> Paper | None: ...
    async def document(self, application: UUID, document: UUID) -> IssuedDocument | None: ...
    async def offering(self, digest: str) -> bytes | None: ...
    async def keep_offering(self, digest: str, content: bytes) -> None: ...
    async def calendar(self, mall: str) -> WorkingCalendar | None:
        """The calendar of the mall that was seen last."""

    async def keep_calendar(self, mall: str, calendar: WorkingCalendar, seen_at: datetime) -> None: ...
    async def take_number(self, mall: str, prefix: str, year: int) -> int:
        """Unique in (mall, prefix, year); not gapless."""


@dataclass(frozen=True)
class FeeLine:
    """One fee rule applied. `rule` says in words how the amount comes about, `confirmed` whether its law was read."""

    code: str
    label: Text
    rupiah: int
    legal_reference: str
    kind: str
    rule: Text | None
    confirmed: bool


@dataclass(frozen=True)
class Fees:
    """Whole rupiah."""

    lines: tuple[FeeLine, ...]
    total: int


@dataclass(frozen=True)
class Grant:
    """What an agency may do. `tasks`: task name → public services it may answer for ("*" for all)."""

    agency: str
    name: Text
    jwks: Mapping[str, Any]
    tasks: Mapping[str, frozenset[str]]
    simulated: bool

    def covers(self, task: str, service: str) -> bool:
        return not self.tasks.get(task, frozenset()).isdisjoint({service, "*"})


class Catalog(Protocol):
    """Raises TryLater while it is away, NotFound for what there is not."""

    async def pin(self, mall: str, service: str) -> tuple[str, bytes]:
        """(digest, content) of the offering in force."""

    async def by_digest(self, digest: str) -> bytes: ...
    async def quote(self, digest: str, answers: Answers) -> Fees:
        """Raises Invalid if the answers do not fit."""

    async def calendar(self, mall: str) -> WorkingCalendar: ...
    async def grant(self, agency: str) -> Grant: ...


@dataclass(frozen=True)
class OfficerFacts:
    id: str
    name: str
    title: str


class Identity(Protocol):
    """Raises TryLater while it is away."""

    async def particulars(
        self, person: str, fields: Sequence[str], *, purpose: str, application: UUID, reader: str
    ) -> Mapping[str, Any]:
        """Only the fields asked for, and the line in the person's access log."""

    async def officers(self, desk: Desk) -> Sequence[OfficerFacts]: ...
    async def may_act(self, actor: str, subject: str, act: str, service: str) -> bool: ...


@dataclass(frozen=True)
class LookupResult:
    """`outcome`: "found", "not_found", "refused", "error" or "away"."""

    outcome: str
    data: Mapping[str, Any]
    source: Mapping[str, Any] | None
    as_of: datetime | None


class Lookups(Protocol):
    async def ask(
        self, agency: str, name: str, input: Mapping[str, Any], *, purpose: str, language: str
    ) -> LookupResult:
        """At most 2 s. Raises TryLater only if the agency's keys cannot be had."""


class PaperFiles(Protocol):
    """Attached files: checked by content while they come in."""

    async def receive(
        self,
        *,
        application: UUID,
        types: Collection[str],
        max_bytes: int,
        file_name: str,
        chunks: AsyncIterator[bytes],
    ) -> StoredFile:
        """Raises UnsupportedMedia, TooLarge or Invalid; nothing is left behind then."""

    async def open(self, storage_key: str) -> AsyncIterator[bytes]: ...
    async def remove(self, storage_key: str) -> None: ...
