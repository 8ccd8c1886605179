"""The tables; migrations/versions makes them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, TSQUERY, TSVECTOR
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """The tables of this service alone: several services may live in one process, as in the tests."""


class RegionRow(Table, table=True):
    __tablename__ = "regions"
    code: str = Field(primary_key=True)
    name: str
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    source: str
    time_zone: str | None = None


class MallRow(Table, table=True):
    __tablename__ = "malls"
    code: str = Field(primary_key=True)
    name: str
    time_zone: str
    working_weekdays: list[int] = Field(sa_column=Column(JSONB, nullable=False))
    note: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    calendar_version: str


class AgencyRow(Table, table=True):
    """`connector` is {"lookups": [name], "tasks": [{"name", "services"}]}; null without one."""

    __tablename__ = "agencies"
    code: str = Field(primary_key=True)
    name: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    kind: str
    simulated: bool
    connector: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    jwks: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class CalendarRow(Table, table=True):
    """Never changes: a trigger refuses it."""

    __tablename__ = "calendar_versions"
    version: str = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class DefinitionRow(Table, table=True):
    """Never changes: a trigger refuses it. `body`: canonical JSON {"definition", "templates"}; `digest`: of it."""

    __tablename__ = "definitions"
    service: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    digest: str
    body: bytes
    effective_from: date
    effective_to: date | None = None
    published_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class OverrideRow(Table, table=True):
    """What the folder last said; what it said before lives on in the offerings."""

    __tablename__ = "overrides"
    service: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    mall: str = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class OfferingRow(Table, table=True):
    """Never changes: a trigger refuses it. `body` is canonical JSON, `digest` its SHA-256."""

    __tablename__ = "offerings"
    digest: str = Field(primary_key=True)
    mall: str
    service: str
    version: str
    definition_digest: str
    body: bytes
    resolved_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class PeriodRow(Table, table=True):
    """The offering `digest` is in force from `starts` up to, not including, `ends`, at the mall's date."""

    __tablename__ = "offering_periods"
    mall: str = Field(primary_key=True)
    service: str = Field(primary_key=True)
    starts: date = Field(primary_key=True)
    ends: date | None = None
    digest: str
    card: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    agencies: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))
    text: str | None = None


class TextRow(Table, table=True):
    """The words by which offerings are found, once for all offerings that are described in the same words."""

    __tablename__ = "search_texts"
    id: str = Field(primary_key=True)
    service: str
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))


class LifeEventRow(Table, table=True):
    """What happens to a person; `services` are codes in order."""

    __tablename__ = "life_events"
    code: str = Field(primary_key=True)
    name: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    services: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))


class PhraseRow(Table, table=True):
    """How people say a life event; `query` finds all words of the phrase in what somebody asked."""

    __tablename__ = "life_event_phrases"
    event: str = Field(primary_key=True)
    phrase: str = Field(primary_key=True)
    query: str = Field(sa_column=Column(TSQUERY, nullable=False))


class UnmetSearchRow(Table, table=True):
    """How often nothing was found for these words at this mall ("" is all malls) on this day."""

    __tablename__ = "unmet_searches"
    day: date = Field(primary_key=True)
    mall: str = Field(primary_key=True)
    words: str = Field(primary_key=True)
    searches: int


class WordRow(Table, table=True):
    """The vocabulary that misspelt words are compared with."""

    __tablename__ = "search_words"
    word: str = Field(primary_key=True)


class StateRow(Table, table=True):
    """One row; `generation` grows with every publication."""

    __tablename__ = "catalog_state"
    one: bool = Field(default=True, primary_key=True)
    generation: int


class SeededRow(Table, table=True):
    """What was last seeded beside the definitions: "terms", "synonyms", "templates" and "sources"."""

    __tablename__ = "seeded"
    name: str = Field(primary_key=True)
    body: Any = Field(sa_column=Column(JSONB, nullable=False))


class DraftRow(Table, table=True):
    """`document` is JSON text as it was written; `proposed` the canonical body that `proposal` is about."""

    __tablename__ = "drafts"
    id: UUID = Field(primary_key=True)
    service: str
    version: str
    base_version: str | None = None
    revision: int
    state: str
    document: str
    templates: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    problems: int
    author: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    changed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    proposal: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    proposed: bytes | None = None


class DraftHistoryRow(Table, table=True):
    """Who did what to a draft. Never changes: a trigger refuses it."""

    __tablename__ = "draft_history"
    draft: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    who: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    what: str
    comment: str | None = None
    changed: list[str] = Field(sa_column=Column(JSONB, nullable=False))


class RetirementRow(Table, table=True):
    """Somebody asked that a version ends; with an approver it does. The newest that was asked counts."""

    __tablename__ = "retirements"
    id: UUID = Field(primary_key=True)
    service: str
    version: str
    effective_to: date
    reason: str
    legal_reference: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    asker: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    asked_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    approver: dict[str, str] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    approved_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
