"""The tables, as migration 0001 makes them.

No foreign keys: the advisory lock of the application is the guard, and each would cost a look-up at every write.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


def _time(*, nullable: bool = False) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable)


def _json(*, nullable: bool = False) -> Any:
    # `none_as_null`: an absent value is SQL NULL, never the JSON text "null".
    return Column(JSONB(none_as_null=True), nullable=nullable)


class Table(SQLModel, registry=registry()):
    """The tables of this service alone: several services may live in one process, as in the tests."""


class OfferingRow(Table, table=True):
    """Offerings applications are pinned to; they never change."""

    __tablename__ = "offerings"

    digest: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CalendarRow(Table, table=True):
    """The calendar of each mall as seen last: what deadlines are computed by while the catalogue is away."""

    __tablename__ = "calendars"

    mall: str = Field(primary_key=True)
    version: str
    content: dict[str, Any] = Field(sa_column=_json())
    seen_at: datetime = Field(sa_column=_time())


class CounterRow(Table, table=True):
    """`value` is the last number taken. `kind`: "application" or "document"."""

    __tablename__ = "counters"

    kind: str = Field(primary_key=True)
    mall: str = Field(primary_key=True)
    series: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    value: int


class ApplicationRow(Table, table=True):
    __tablename__ = "applications"
    __table_args__ = (Index("applications_owner", "owner", "id"), Index("applications_proxy", "proxy", "id"))

    id: UUID = Field(primary_key=True)
    owner: str
    proxy: str | None = None
    mall: str
    region: str
    service: str
    digest: str
    number: str | None = Field(default=None, unique=True)
    secret: str | None = None
    answers: dict[str, Any] = Field(sa_column=_json())
    given: list[str] = Field(sa_column=_json())
    status: str
    state: str | None = None
    version: int
    clock_owner: str
    items: list[dict[str, Any]] = Field(sa_column=_json())
    reason: str
    lookups: list[dict[str, Any]] = Field(sa_column=_json())
    created_at: datetime = Field(sa_column=_time())
    submitted_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    promised_date: date | None = None
    entered_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    paused_on: date | None = None
    calendar_version: str
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class HistoryRow(Table, table=True):
    """One line for each fact; never changed. `answers` where they were handed in."""

    __tablename__ = "history"

    application: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    event: str
    at: datetime = Field(sa_column=_time())
    actor_kind: str
    actor: str
    status: str
    state: str | None = None
    clock_owner: str
    due_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    promised_date: date | None = None
    unit: dict[str, Any] | None = Field(default=None, sa_column=_json(nullable=True))
    action: str
    reason: str
    comment: str
    items: list[dict[str, Any]] = Field(sa_column=_json())
    answers: dict[str, Any] | None = Field(default=None, sa_column=_json(nullable=True))


class TaskRow(Table, table=True):
    """Tasks of desks. Names and labels are copied here so that the inbox is one query."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_open", "role", "agency", "region", "due_at", "id", postgresql_where=text("closed_at IS NULL")),
        Index("tasks_application", "application", "role", "agency", "region"),
        # A task that is open twice would be two decisions on one step.
        Index("tasks_one_open", "application", unique=True, postgresql_where=text("closed_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    application: UUID
    state: str
    role: str
    agency: str
    region: str
    mall: str
    service: str
    labels: dict[str, Any] = Field(sa_column=_json())
    created_at: datetime = Field(sa_column=_time())
    due_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    claimed_by: str | None = None
    claimed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class AgencyTaskRow(Table, table=True):
    """The record of agency tasks: offered until closed. Parked ones have no `next_offer_at` and a reason."""

    __tablename__ = "agency_tasks"
    __table_args__ = (
        Index("agency_tasks_due", "next_offer_at", postgresql_where=text("closed_at IS NULL")),
        Index("agency_tasks_one_open", "application", unique=True, postgresql_where=text("closed_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    application: UUID
    state: str
    code: str
    agency: str
    name: str
    kind: str
    output: str | None = None
    asked_at: datetime = Field(sa_column=_time())
    attempt: int
    offered_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    sequence: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    next_offer_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    lease_until: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    away_since: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    parked: str | None = None
    document_sequence: int | None = None
    prepared: dict[str, Any] | None = Field(default=None, sa_column=_json(nullable=True))
    traceparent: str | None = None
    closed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class AgencyResultRow(Table, table=True):
    """What became of each result, so that a repeat gets the same receipt."""

    __tablename__ = "agency_results"

    id: UUID = Field(primary_key=True)
    task: UUID = Field(index=True)
    agency: str
    status: str
    reason: str
    recorded_at: datetime = Field(sa_column=_time())


class AttachmentRow(Table, table=True):
    __tablename__ = "attachments"
    __table_args__ = (Index("attachments_application", "application"),)

    id: UUID = Field(primary_key=True)
    application: UUID
    requirement: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    storage_key: str = Field(unique=True)
    uploaded_at: datetime = Field(sa_column=_time())
    removed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class IssuedDocumentRow(Table, table=True):
    """`holder` is masked: the row names nobody."""

    __tablename__ = "issued_documents"
    __table_args__ = (UniqueConstraint("sha256"), Index("issued_documents_application", "application"))

    id: UUID = Field(primary_key=True)
    task: UUID = Field(unique=True)
    application: UUID
    output: str
    title: dict[str, Any] = Field(sa_column=_json())
    number: str
    holder: str
    sha256: str
    storage_key: str
    verification_code: str = Field(unique=True)
    media_type: str
    valid_from: date
    valid_until: date | None = None
    issued_at: datetime = Field(sa_column=_time())
    signer: dict[str, Any] = Field(sa_column=_json())
    simulated: bool
    revoked_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    revocation_reason: str
