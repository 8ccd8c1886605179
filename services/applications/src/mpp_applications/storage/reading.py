"""Queries that a transaction and a reading session share."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from mpp_applications.domain import refusals
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
from mpp_applications.storage.tables import AgencyTaskRow, ApplicationRow, AttachmentRow, IssuedDocumentRow, TaskRow
from mpp_applications.use_cases.ports import Paper


def table(row: type[SQLModel]) -> Any:
    """The table behind a row class: plain statements are half the cost of mapped objects."""
    return row.__table__  # type: ignore[attr-defined]


applications = table(ApplicationRow)
tasks = table(TaskRow)
agency_tasks = table(AgencyTaskRow)
attachments = table(AttachmentRow)
issued_documents = table(IssuedDocumentRow)


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
    desk_task = agency_task = None
    if row["state"] is not None:
        place = offering.state(row["state"])
        if place.desk:
            found = await first(session, select(tasks).where(tasks.c.application == id, tasks.c.closed_at.is_(None)))
            desk_task = desk_task_of(found) if found else None
        if place.task:
            found = await first(
                session,
                select(agency_tasks).where(agency_tasks.c.application == id, agency_tasks.c.closed_at.is_(None)),
            )
            agency_task = agency_task_of(found) if found else None
    return application_of(row, offering, desk_task, agency_task)


async def load_papers(session: AsyncSession, application: UUID) -> list[Paper]:
    found = await rows(
        session,
        select(attachments)
        .where(attachments.c.application == application, attachments.c.removed_at.is_(None))
        .order_by(attachments.c.id),
    )
    return [paper_of(row) for row in found]


async def load_documents(session: AsyncSession, application: UUID) -> list[IssuedDocument]:
    found = await rows(
        session,
        select(issued_documents)
        .where(issued_documents.c.application == application)
        .order_by(issued_documents.c.issued_at),
    )
    return [document_of(row) for row in found]
