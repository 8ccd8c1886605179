"""E-mails on their way: claimed by one replica at a time, answered by who holds the claim, watched by operators."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mpp_telemetry import current_traceparent
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_notifications.domain.deliveries import LOST, Delivery, DeliveryState
from mpp_notifications.domain.languages import to_language
from mpp_notifications.domain.mail import Mail
from mpp_notifications.storage.tables import DeliveryRow
from mpp_notifications.use_cases.ports import DeliveryLine, Outgoing, StateCount

EMAIL = "email"

# The oldest unfinished one of each application only: mails about one application arrive in its order.
# One that is SENDING with its lease run out belongs to a dead replica: its answer is lost, which is counted here.
_CLAIM = text("""
    WITH due AS (
        SELECT d.id, d.state FROM deliveries d
        WHERE ((d.state IN ('PENDING', 'RETRY') AND d.next_at <= :now)
               OR (d.state = 'SENDING' AND d.lease_until < :now))
          AND NOT EXISTS (
              SELECT 1 FROM deliveries earlier
              WHERE earlier.application = d.application AND earlier.channel = d.channel
                AND earlier.state IN ('PENDING', 'RETRY', 'SENDING')
                AND earlier.application_version < d.application_version)
        ORDER BY d.next_at, d.application_version
        LIMIT :limit
        FOR UPDATE SKIP LOCKED)
    UPDATE deliveries d
    SET state = 'SENDING', attempts = d.attempts + 1, lease_until = :until,
        ambiguous = d.ambiguous + CASE WHEN due.state = 'SENDING' THEN 1 ELSE 0 END,
        reason = CASE WHEN due.state = 'SENDING' THEN :lost ELSE d.reason END
    FROM due WHERE d.id = due.id
    RETURNING d.id, d.message, d.state, d.attempts, d.next_at, d.reason, d.ambiguous, d.application,
              d.application_version, d.address, d.subject, d.body, d.language, d.created_at, d.traceparent
""")
# `attempts` is the fence. What is finished keeps no address and no text: the inbox entry has the words.
_ANSWERED = text("""
    UPDATE deliveries
    SET state = :state, next_at = :next_at, reason = :reason, ambiguous = :ambiguous, lease_until = NULL,
        address = CASE WHEN :done THEN '' ELSE address END,
        subject = CASE WHEN :done THEN '' ELSE subject END,
        body = CASE WHEN :done THEN '' ELSE body END
    WHERE id = :id AND state = 'SENDING' AND attempts = :attempts
    RETURNING id
""")
_COUNTS = text("""
    SELECT 'inbox' AS channel, state, reason, count(*) AS count FROM messages GROUP BY state, reason
    UNION ALL
    SELECT channel, state, reason, count(*) FROM deliveries GROUP BY channel, state, reason
    ORDER BY channel, state, reason
""")
_AMBIGUOUS = text("""
    SELECT coalesce((SELECT sum(ambiguous) FROM deliveries), 0) + coalesce((SELECT sum(ambiguous) FROM code_sends), 0)
""")
_TROUBLED = text("""
    SELECT id, message, state, attempts, next_at, reason, ambiguous, application, channel, created_at FROM deliveries
    WHERE (state IN ('RETRY', 'FAILED') OR ambiguous > 0)
      AND (CAST(:at AS timestamptz) IS NULL OR (created_at, id) < (:at, CAST(:id AS uuid)))
    ORDER BY created_at DESC, id DESC
    LIMIT :limit
""")
_DONE = (DeliveryState.SENT, DeliveryState.FAILED)


class StoredDeliveries:
    """Deliveries of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, outgoing: Outgoing) -> None:
        delivery, mail = outgoing.delivery, outgoing.mail
        self._session.add(
            DeliveryRow(
                id=delivery.id,
                message=delivery.message,
                channel=EMAIL,
                application=outgoing.application,
                application_version=outgoing.application_version,
                state=delivery.state,
                attempts=delivery.attempts,
                next_at=delivery.next_at,
                reason=delivery.reason,
                ambiguous=delivery.ambiguous,
                address=mail.to,
                subject=mail.subject,
                body=mail.body,
                language=mail.language,
                created_at=mail.written_at,
                traceparent=current_traceparent() or "",
            )
        )
        await self._session.flush()

    async def claim(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Outgoing]:
        rows = await self._session.execute(_CLAIM, {"now": now, "until": now + lease, "limit": limit, "lost": LOST})
        return [
            Outgoing(
                delivery=_delivery(row),
                mail=Mail(
                    id=row["id"],
                    to=row["address"],
                    subject=row["subject"],
                    body=row["body"],
                    language=to_language(row["language"]),
                    written_at=row["created_at"],
                ),
                application=row["application"],
                application_version=row["application_version"],
                traceparent=row["traceparent"],
            )
            for row in rows.mappings()
        ]

    async def answered(self, delivery: Delivery) -> bool:
        answered = await self._session.execute(
            _ANSWERED,
            {
                "id": delivery.id,
                "attempts": delivery.attempts,
                "state": delivery.state,
                "next_at": delivery.next_at,
                "reason": delivery.reason,
                "ambiguous": delivery.ambiguous,
                "done": delivery.state in _DONE,
            },
        )
        return answered.first() is not None

    async def counts(self) -> Sequence[StateCount]:
        return [StateCount(**row) for row in (await self._session.execute(_COUNTS)).mappings()]

    async def ambiguous(self) -> int:
        return int((await self._session.execute(_AMBIGUOUS)).scalar_one())

    async def troubled(self, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[DeliveryLine]:
        at, id_ = after or (None, None)
        rows = await self._session.execute(_TROUBLED, {"at": at, "id": id_, "limit": limit})
        return [
            DeliveryLine(_delivery(row), row["application"], row["channel"], row["created_at"])
            for row in rows.mappings()
        ]


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row["id"],
        message=row["message"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_at=row["next_at"],
        reason=row["reason"],
        ambiguous=row["ambiguous"],
    )
