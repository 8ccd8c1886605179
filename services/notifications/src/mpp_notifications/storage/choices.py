"""What people chose, and which codes were handed to a channel."""

from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from mpp_notifications.domain.languages import Language
from mpp_notifications.domain.preferences import Preferences

_GET = text("SELECT email, language, version FROM preferences WHERE person = :person")
_FIRST = text("""
    INSERT INTO preferences (person, email, language, version) VALUES (:person, :email, :language, 1)
    ON CONFLICT DO NOTHING RETURNING version
""")
_NEXT = text("""
    UPDATE preferences SET email = :email, language = :language, version = version + 1
    WHERE person = :person AND version = :expected RETURNING version
""")

_FORGET_AFTER = timedelta(days=2)  # longer than any code is good for
_FORGET = text("DELETE FROM code_sends WHERE created_at < :before")
_BEGIN = text("""
    INSERT INTO code_sends (request_id, mail, channel, state, lease_until, ambiguous, created_at)
    VALUES (:request_id, :mail, :channel, 'SENDING', :until, 0, :now)
    ON CONFLICT (request_id) DO UPDATE
    SET state = 'SENDING', lease_until = :until,
        ambiguous = code_sends.ambiguous + CASE WHEN code_sends.state = 'SENDING' THEN 1 ELSE 0 END
    WHERE code_sends.state = 'FAILED' OR (code_sends.state = 'SENDING' AND code_sends.lease_until < :now)
    RETURNING state
""")
_STATE = text("SELECT state FROM code_sends WHERE request_id = :request_id")
_END = text("""
    UPDATE code_sends SET state = CASE WHEN :sent THEN 'SENT' ELSE 'FAILED' END,
                          ambiguous = ambiguous + CASE WHEN :ambiguous THEN 1 ELSE 0 END
    WHERE request_id = :request_id AND state = 'SENDING'
""")


class StoredPreferences:
    """Preferences of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, person: UUID) -> Preferences:
        row = (await self._session.execute(_GET, {"person": person})).first()
        if row is None:
            return Preferences()
        return Preferences(email=row.email, language=cast("Language | None", row.language), version=row.version)

    async def put(self, person: UUID, chosen: Preferences, *, expected: int) -> Preferences | None:
        kept = await self._session.execute(
            _FIRST if expected == 0 else _NEXT,
            {"person": person, "email": chosen.email, "language": chosen.language}
            | ({} if expected == 0 else {"expected": expected}),
        )
        row = kept.first()
        return None if row is None else Preferences(chosen.email, chosen.language, row.version)


class StoredCodeSends:
    """Sent codes of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(
        self, request_id: str, *, mail: UUID, channel: str, now: datetime, lease: timedelta
    ) -> Literal["claimed", "sent", "busy"]:
        await self._session.execute(_FORGET, {"before": now - _FORGET_AFTER})
        claimed = await self._session.execute(
            _BEGIN,
            {"request_id": request_id, "mail": mail, "channel": channel, "until": now + lease, "now": now},
        )
        if claimed.first() is not None:
            return "claimed"
        state = (await self._session.execute(_STATE, {"request_id": request_id})).scalar_one()
        return "sent" if state == "SENT" else "busy"

    async def end(self, request_id: str, *, sent: bool, ambiguous: bool) -> None:
        await self._session.execute(_END, {"request_id": request_id, "sent": sent, "ambiguous": ambiguous})
