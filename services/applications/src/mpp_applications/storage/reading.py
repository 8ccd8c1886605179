"""Queries that a transaction and a reading session share."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from mpp_applications.domain import refusals
from mpp_applications.domain.answers import Answers
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedDocument
from mpp_applications.storage.rows import (
    Row,
    agency_task_of,
    application_of,
    desk_task_of,
    document_of,
    paper_of,
)
from mpp_applications.storage.tables import (
    AgencyTaskRow,
    ApplicationRow,
    AttachmentRow,
    HistoryRow,
    IssuedDocumentRow,
    TaskRow,
)
from mpp_applications.use_cases.ports import Paper


def table(row: type[SQLModel]) -> Any:
    """The table behind a row class: plain statements are half the cost of mapped objects."""
    return row.__table__  # type: ignore[attr-defined]


applications = table(ApplicationRow)
tasks = table(TaskRow)
agency_tasks = table(AgencyTaskRow)
attachments = table(AttachmentRow)
issued_documents = table(IssuedDocumentRow)
history = table(HistoryRow)


async def rows(session: AsyncSession, statement: Select[Any]) -> Sequence[Row]:
    found: Sequence[Any] = (await session.execute(statement)).mappings().all()
    return found


async def first(session: AsyncSession, statement: Select[Any]) -> Row | None:
    found: Row | None = (await session.execute(statement)).mappings().first()
    return found


async def load_application(session: AsyncSession, id: UUID, offering: Offering) -> Application:
    """With its open tasks. Raises NotFound."""
    row = await first(session, select(applications).where(applications.c.id == id))
    if row is None:
        raise refusals.not_found()
    place = offering.state(row["state"]) if row["state"] is not None else None
    # A state without a desk, or without an agency, has no such task: that query is saved.
    desk = await _open_tasks(session, tasks, [id]) if place and place.desk else {}
    agency = await _open_tasks(session, agency_tasks, [id]) if place and place.task else {}
    return application_of(
        row,
        offering,
        desk_task_of(desk[id]) if id in desk else None,
        agency_task_of(agency[id]) if id in agency else None,
    )


async def load_applications(session: AsyncSession, offerings: Mapping[UUID, Offering]) -> list[Application]:
    """Many at once, in the order of `offerings`: three queries, however many there are."""
    ids = list(offerings)
    found = {row["id"]: row for row in await rows(session, select(applications).where(applications.c.id.in_(ids)))}
    desk = await _open_tasks(session, tasks, ids)
    agency = await _open_tasks(session, agency_tasks, ids)
    return [
        application_of(
            found[id],
            offering,
            desk_task_of(desk[id]) if id in desk else None,
            agency_task_of(agency[id]) if id in agency else None,
        )
        for id, offering in offerings.items()
        if id in found
    ]


async def _open_tasks(session: AsyncSession, of: Any, ids: list[UUID]) -> dict[UUID, Row]:
    statement = select(of).where(of.c.application.in_(ids), of.c.closed_at.is_(None))
    return {row["application"]: row for row in await rows(session, statement)}


async def load_papers(session: AsyncSession, application: UUID) -> list[Paper]:
    found = await rows(
        session,
        select(attachments)
        .where(attachments.c.application == application, attachments.c.removed_at.is_(None))
        .order_by(attachments.c.id),
    )
    return [paper_of(row) for row in found]


async def load_handed_in(session: AsyncSession, application: UUID) -> Answers | None:
    """The answers of the last line of history that has some."""
    handed_in = (
        select(history.c.answers)
        .where(history.c.application == application, history.c.answers.is_not(None))
        .order_by(history.c.version.desc())
        .limit(1)
    )
    found: Answers | None = await session.scalar(handed_in)
    return found


async def load_documents(session: AsyncSession, application: UUID) -> list[IssuedDocument]:
    found = await rows(
        session,
        select(issued_documents)
        .where(issued_documents.c.application == application)
        .order_by(issued_documents.c.issued_at),
    )
    return [document_of(row) for row in found]
