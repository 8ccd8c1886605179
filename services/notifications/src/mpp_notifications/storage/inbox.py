"""The in-app inbox: every statement names the person, so nobody reads another's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_notifications.domain.messages import InboxEntry, Rendered
from mpp_notifications.storage.tables import InboxRow

_COLUMNS = """
    e.id, e.person, e.application, e.event_type, e.texts, e.links, e.created_at, e.read_at,
    d.state AS email_state, d.reason AS email_reason
"""
_LIST = text(f"""
    SELECT {_COLUMNS} FROM inbox_entries e LEFT JOIN deliveries d ON d.message = e.id AND d.channel = 'email'
    WHERE e.person = :person AND (e.read_at IS NULL OR NOT :unread_only)
      AND (CAST(:at AS timestamptz) IS NULL OR (e.created_at, e.id) < (:at, CAST(:id AS uuid)))
    ORDER BY e.created_at DESC, e.id DESC
    LIMIT :limit
""")  # noqa: S608
_READ = text(f"""
    WITH touched AS (
        UPDATE inbox_entries SET read_at = coalesce(read_at, :now) WHERE id = :id AND person = :person RETURNING *)
    SELECT {_COLUMNS} FROM touched e LEFT JOIN deliveries d ON d.message = e.id AND d.channel = 'email'
""")  # noqa: S608
_UNREAD = text("SELECT count(*) FROM inbox_entries WHERE person = :person AND read_at IS NULL")


class StoredInbox:
    """Inbox entries of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, entry: InboxEntry) -> None:
        self._session.add(
            InboxRow(
                id=entry.id,
                person=entry.person,
                application=entry.application,
                event_type=entry.event_type,
                texts={
                    language: {"subject": rendered.subject, "body": rendered.body}
                    for language, rendered in entry.texts.items()
                },
                links=dict(entry.links),
                created_at=entry.created_at,
            )
        )
        await self._session.flush()

    async def list(
        self, person: UUID, *, unread_only: bool, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[InboxEntry]:
        at, id_ = after or (None, None)
        rows = await self._session.execute(
            _LIST, {"person": person, "unread_only": unread_only, "at": at, "id": id_, "limit": limit}
        )
        return [_entry(row) for row in rows.mappings()]

    async def unread(self, person: UUID) -> int:
        return int((await self._session.execute(_UNREAD, {"person": person})).scalar_one())

    async def mark_read(self, person: UUID, entry: UUID, now: datetime) -> InboxEntry | None:
        row = (await self._session.execute(_READ, {"person": person, "id": entry, "now": now})).mappings().first()
        return None if row is None else _entry(row)


def _entry(row: Any) -> InboxEntry:
    return InboxEntry(
        id=row["id"],
        person=row["person"],
        application=row["application"],
        event_type=row["event_type"],
        texts={language: Rendered(**rendered) for language, rendered in row["texts"].items()},
        links=row["links"],
        created_at=row["created_at"],
        read_at=row["read_at"],
        email_state=row["email_state"],
        email_reason=row["email_reason"] or "",
    )
