"""Messages: added once per event and audience, claimed by one replica at a time, finished by who holds the claim."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mpp_telemetry import current_traceparent
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_notifications.domain.messages import Message, MessageState
from mpp_notifications.domain.routing import Audience

_ADD = text("""
    INSERT INTO messages (id, event, event_type, audience, application, application_version, created_at, state,
                          attempts, errors, next_at, reason, traceparent)
    VALUES (:id, :event, :event_type, :audience, :application, :version, :at, 'PENDING', 0, 0, :due, '', :traceparent)
    ON CONFLICT (event, audience) DO NOTHING
    RETURNING id
""")

# The oldest version of each application only: its later messages wait, so people read them in order.
_CLAIM = text("""
    UPDATE messages SET attempts = attempts + 1, lease_until = :until
    WHERE id IN (
        SELECT m.id FROM messages m
        WHERE m.state = 'PENDING' AND m.next_at <= :now AND (m.lease_until IS NULL OR m.lease_until < :now)
          AND NOT EXISTS (
              SELECT 1 FROM messages earlier
              WHERE earlier.application = m.application AND earlier.state = 'PENDING'
                AND earlier.application_version < m.application_version)
        ORDER BY m.next_at, m.application_version
        LIMIT :limit
        FOR UPDATE SKIP LOCKED)
    RETURNING id, event, event_type, audience, application, application_version, created_at, attempts, errors,
              traceparent
""")

# `attempts` is the fence: a claim that was taken over has a higher one.
_FINISH = text("""
    UPDATE messages SET state = :state, reason = :reason, recipient = :recipient, next_at = coalesce(:next_at, next_at),
                        errors = errors + :errors, lease_until = NULL
    WHERE id = :id AND state = 'PENDING' AND attempts = :attempts
    RETURNING id
""")


class StoredMessages:
    """Messages of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, message: Message, due: datetime) -> bool:
        added = await self._session.execute(
            _ADD,
            {
                "id": message.id,
                "event": message.event,
                "event_type": message.event_type,
                "audience": message.audience,
                "application": message.application,
                "version": message.application_version,
                "at": message.created_at,
                "due": due,
                "traceparent": current_traceparent() or "",
            },
        )
        return added.first() is not None

    async def claim(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Message]:
        rows = await self._session.execute(_CLAIM, {"now": now, "until": now + lease, "limit": limit})
        return [_message(row) for row in rows.mappings()]

    async def told(self, message: Message, recipient: UUID) -> bool:
        return await self._finish(message, MessageState.TOLD, recipient=recipient)

    async def postpone(self, message: Message, until: datetime, reason: str, *, error: bool) -> bool:
        return await self._finish(message, MessageState.PENDING, reason=reason, next_at=until, errors=int(error))

    async def give_up(self, message: Message, reason: str) -> bool:
        return await self._finish(message, MessageState.FAILED, reason=reason)

    async def _finish(
        self,
        message: Message,
        state: MessageState,
        *,
        reason: str = "",
        recipient: UUID | None = None,
        next_at: datetime | None = None,
        errors: int = 0,
    ) -> bool:
        finished = await self._session.execute(
            _FINISH,
            {
                "id": message.id,
                "attempts": message.attempts,
                "state": state,
                "reason": reason,
                "recipient": recipient,
                "next_at": next_at,
                "errors": errors,
            },
        )
        return finished.first() is not None


def _message(row: Any) -> Message:
    return Message(
        id=row["id"],
        event=row["event"],
        event_type=row["event_type"],
        audience=Audience(row["audience"]),
        application=row["application"],
        application_version=row["application_version"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        errors=row["errors"],
        traceparent=row["traceparent"],
    )
