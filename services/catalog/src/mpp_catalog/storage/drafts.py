"""Drafts and their history."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from mpp_ledger.database import Database, Transaction
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only
from sqlmodel import col, select

from mpp_catalog.domain.drafts import Draft, Entry, Officer, Proposal
from mpp_catalog.storage.tables import DraftHistoryRow, DraftRow
from mpp_catalog.use_cases.editing_ports import Listed, Once

_IN_LISTS: tuple[Any, ...] = (
    DraftRow.id, DraftRow.service, DraftRow.version, DraftRow.base_version, DraftRow.revision, DraftRow.state,
    DraftRow.author, DraftRow.changed_at, DraftRow.problems,
)  # fmt: skip


class StoredDrafts:
    """Reads them, and opens the transaction that changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, state: str | None, after: UUID | None, limit: int) -> list[Listed]:
        # Without the documents.
        query = select(DraftRow).options(load_only(*_IN_LISTS)).order_by(col(DraftRow.id).desc()).limit(limit)
        if state is not None:
            query = query.where(col(DraftRow.state) == state)
        if after is not None:
            query = query.where(col(DraftRow.id) < after)
        async with self._database.read() as session:
            return [
                Listed(
                    row.id,
                    row.service,
                    row.version,
                    row.base_version,
                    row.revision,
                    row.state,
                    Officer(**row.author),
                    row.changed_at,
                    row.problems,
                )
                for row in (await session.execute(query)).scalars()
            ]

    async def get(self, id: UUID) -> Draft | None:
        async with self._database.read() as session:
            return await _get(session, id)

    async def versions_in_work(self, service: str) -> list[str]:
        open_ = ("editing", "proposed", "returned")
        query = select(DraftRow.version).where(col(DraftRow.service) == service, col(DraftRow.state).in_(open_))
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def published(self, service: str) -> list[Draft]:
        query = select(DraftRow.id).where(col(DraftRow.service) == service, col(DraftRow.state) == "published")
        async with self._database.read() as session:
            ids = (await session.execute(query)).scalars().all()
            return [draft for id in ids if (draft := await _get(session, id))]

    @asynccontextmanager
    async def change(self, service: str) -> AsyncIterator["DatabaseDraftChange"]:
        async with self._database.transaction(lock=[service]) as transaction:
            yield DatabaseDraftChange(transaction)


class DatabaseDraftChange:
    """Drafts inside a transaction that holds the lock of their public service."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._session = transaction.session

    async def get(self, id: UUID) -> Draft | None:
        return await _get(self._session, id)

    async def put(self, draft: Draft) -> None:
        proposal = draft.proposal
        values: dict[str, Any] = {
            "version": draft.version,
            "revision": draft.revision,
            "state": draft.state,
            "document": json.dumps(draft.document),
            "problems": draft.problems,
            "changed_at": draft.changed_at,
            "proposal": _proposal(proposal) if proposal else None,
            "proposed": proposal.body if proposal else None,
        }
        fixed = {
            "id": draft.id,
            "service": draft.service,
            "base_version": draft.base_version,
            "templates": dict(draft.templates),
            "author": vars(draft.author),
        }
        statement = insert(DraftRow).values(**fixed, **values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
        count = select(func.count()).where(col(DraftHistoryRow.draft) == draft.id)
        written = (await self._session.execute(count)).scalar_one()
        for number, entry in enumerate(draft.history[written:], start=written + 1):
            row = {
                "draft": draft.id,
                "number": number,
                "at": entry.at,
                "who": vars(entry.who),
                "what": entry.what,
                "comment": entry.comment,
                "changed": list(entry.changed),
            }
            await self._session.execute(insert(DraftHistoryRow).values(**row))

    async def repeated(self, once: Once) -> UUID | None:
        before = await self._transaction.idempotent(once.owner, once.key, once.fingerprint)
        return UUID(before.body.decode()) if before else None

    async def remember(self, once: Once, draft: UUID) -> None:
        await self._transaction.remember(once.owner, once.key, 201, str(draft).encode(), {})


async def _get(session: AsyncSession, id: UUID) -> Draft | None:
    # Asked anew in each transaction: what a session has seen before the lock is not what is there now.
    row = await session.get(DraftRow, id, populate_existing=True)
    if row is None:
        return None
    lines = select(DraftHistoryRow).where(col(DraftHistoryRow.draft) == id).order_by(col(DraftHistoryRow.number))
    history = tuple(
        Entry(line.at, Officer(**line.who), line.what, line.comment, tuple(line.changed))
        for line in (await session.execute(lines)).scalars()
    )
    proposal = None
    if row.proposal is not None and row.proposed is not None:
        said = row.proposal
        proposal = Proposal(Officer(**said["by"]), said["reason"], said["legal_reference"], row.proposed)
    return Draft(
        row.id,
        row.service,
        row.version,
        row.base_version,
        row.revision,
        row.state,
        json.loads(row.document),
        row.templates,
        row.problems,
        Officer(**row.author),
        row.changed_at,
        proposal,
        history,
    )


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "by": vars(proposal.by),
        "reason": proposal.reason,
        "legal_reference": dict(proposal.legal_reference),
        "digest": proposal.digest,
    }
