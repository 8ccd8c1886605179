"""The tables, as the migrations make them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


def _time(*, nullable: bool = False) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable)


def _trace() -> Any:
    return Column(String(), nullable=False, server_default="")


class Table(SQLModel, registry=registry()):
    """The tables of this service alone: several services may live in one process, as in the tests."""


class MessageRow(Table, table=True):
    """What must be told; `lease_until` is set while a replica works on it."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("event", "audience"),
        Index("messages_due", "next_at", postgresql_where=text("state = 'PENDING'")),
        Index("messages_open", "application", "application_version", postgresql_where=text("state = 'PENDING'")),
    )

    id: UUID = Field(primary_key=True)
    event: UUID
    event_type: str
    audience: str
    application: UUID
    application_version: int
    created_at: datetime = Field(sa_column=_time())
    state: str
    attempts: int
    errors: int
    next_at: datetime = Field(sa_column=_time())
    lease_until: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    reason: str
    recipient: UUID | None = None
    traceparent: str = Field(default="", sa_column=_trace())


class InboxRow(Table, table=True):
    """A message in a person's inbox; its id is the message's."""

    __tablename__ = "inbox_entries"
    __table_args__ = (
        Index("inbox_entries_person", "person", "created_at", "id"),
        Index("inbox_entries_unread", "person", postgresql_where=text("read_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    person: UUID
    application: UUID
    event_type: str
    texts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    links: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=_time())
    read_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class DeliveryRow(Table, table=True):
    """An e-mail on its way. Address and text are emptied once it is sent or given up."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_due", "next_at", postgresql_where=text("state IN ('PENDING', 'RETRY', 'SENDING')")),
        Index(
            "deliveries_open",
            "application",
            "application_version",
            postgresql_where=text("state IN ('PENDING', 'RETRY', 'SENDING')"),
        ),
        Index(
            "deliveries_troubled",
            "created_at",
            "id",
            postgresql_where=text("state IN ('RETRY', 'FAILED') OR ambiguous > 0"),
        ),
        UniqueConstraint("message", "channel"),
    )

    id: UUID = Field(primary_key=True)
    message: UUID
    channel: str
    application: UUID
    application_version: int
    state: str
    attempts: int
    next_at: datetime = Field(sa_column=_time())
    lease_until: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    reason: str
    ambiguous: int
    address: str
    subject: str
    body: str
    language: str
    created_at: datetime = Field(sa_column=_time())
    traceparent: str = Field(default="", sa_column=_trace())


class PreferenceRow(Table, table=True):
    """What a person chose."""

    __tablename__ = "preferences"

    person: UUID = Field(primary_key=True)
    email: bool
    language: str | None = None
    version: int


class CodeSendRow(Table, table=True):
    """A code that was handed to a channel. Neither the code nor the contact."""

    __tablename__ = "code_sends"
    __table_args__ = (Index("code_sends_age", "created_at"),)

    request_id: str = Field(primary_key=True)
    mail: UUID
    channel: str
    state: str
    lease_until: datetime = Field(sa_column=_time())
    ambiguous: int
    created_at: datetime = Field(sa_column=_time())
