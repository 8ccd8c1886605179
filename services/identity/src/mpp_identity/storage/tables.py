"""Rows. Their SQL is in migrations; a test compares the two."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PostgresUuid
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


def _at(**options: Any) -> Any:
    return Field(sa_type=DateTime(timezone=True), **options)


def _texts() -> Any:
    return Field(sa_type=ARRAY(Text), default_factory=list)


class Table(SQLModel, registry=registry()):
    """The tables of this service alone: several services may live in one process, as in the tests."""


class AccountRow(Table, table=True):
    __tablename__ = "accounts"

    id: UUID = Field(primary_key=True)
    kind: str
    status: str
    name: bytes
    email: bytes | None
    email_hash: bytes | None
    phone: bytes | None
    phone_hash: bytes | None
    proven: list[str] = _texts()
    language: str
    synthetic: bool
    version: int
    created_at: datetime = _at()
    updated_at: datetime = _at()


class PersonRow(Table, table=True):
    __tablename__ = "people"

    account: UUID = Field(primary_key=True)
    nik: bytes
    nik_hash: bytes
    confirmed: bool
    birth_date: bytes
    birth_place: bytes
    sex: bytes
    address: bytes
    verification_state: str
    verification_at: datetime | None = _at()
    verification_agency: str | None
    verification_attempts: int
    verification_next_at: datetime | None = _at()
    verification_mismatches: list[str] = _texts()


class OfficerRow(Table, table=True):
    __tablename__ = "officers"

    account: UUID = Field(primary_key=True)
    title: str


class OfficerRoleRow(Table, table=True):
    __tablename__ = "officer_roles"

    # The table's key is a unique constraint that lets agency and region be NULL; the mapper wants columns.
    account: UUID = Field(primary_key=True)
    role: str = Field(primary_key=True)
    agency: str | None = Field(primary_key=True)
    region: str | None = Field(primary_key=True)


class ChallengeRow(Table, table=True):
    __tablename__ = "challenges"

    id: UUID = Field(primary_key=True)
    purpose: str
    accounts: list[UUID] = Field(sa_type=ARRAY(PostgresUuid(as_uuid=True)))
    contact: bytes | None
    digest: bytes
    expires_at: datetime = _at()
    attempts: int
    passed_at: datetime | None = _at()


class SessionRow(Table, table=True):
    __tablename__ = "sessions"

    id: UUID = Field(primary_key=True)
    account: UUID
    token_hash: bytes
    auth_time: datetime = _at()
    seen_at: datetime = _at()
    amr: list[str] = _texts()
    revoked_at: datetime | None = _at()


class TransactionRow(Table, table=True):
    __tablename__ = "sign_in_transactions"

    id: UUID = Field(primary_key=True)
    parameters: bytes
    expires_at: datetime = _at()
    finished_at: datetime | None = _at(default=None)


class FamilyRow(Table, table=True):
    __tablename__ = "families"

    id: UUID = Field(primary_key=True)
    account: UUID
    session: UUID
    client_id: str
    scope: str
    auth_time: datetime = _at()
    amr: list[str] = _texts()
    expires_at: datetime = _at()
    revoked_at: datetime | None = _at(default=None)
    reason: str | None = None


class CodeRow(Table, table=True):
    __tablename__ = "codes"

    token_hash: bytes = Field(primary_key=True)
    family: UUID
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: datetime = _at()
    used_at: datetime | None = _at(default=None)


class RefreshTokenRow(Table, table=True):
    __tablename__ = "refresh_tokens"

    token_hash: bytes = Field(primary_key=True)
    family: UUID
    expires_at: datetime = _at()
    used_at: datetime | None = _at(default=None)


class AccessRow(Table, table=True):
    __tablename__ = "access_log"

    id: UUID = Field(primary_key=True)
    person: UUID
    at: datetime = _at()
    reader: str
    purpose: str
    fields: list[str] = _texts()
    application: str


class ConsentRow(Table, table=True):
    __tablename__ = "consents"

    account: UUID = Field(primary_key=True)
    client_id: str = Field(primary_key=True)
    scope: str
    given_at: datetime = _at()


class MandateRow(Table, table=True):
    __tablename__ = "mandates"

    id: UUID = Field(primary_key=True)
    subject: UUID
    actor: UUID
    acts: list[str] = _texts()
    services: list[str] = _texts()
    valid_from: datetime = _at()
    valid_until: datetime = _at()
    revoked_at: datetime | None = _at(default=None)


class RateLimitRow(Table, table=True):
    __tablename__ = "rate_limits"

    key_hash: bytes = Field(primary_key=True)
    window_start: datetime = _at(primary_key=True)
    hits: int
