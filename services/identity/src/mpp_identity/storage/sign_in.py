"""Codes that were sent, sessions, waiting authorisation requests, rate limits."""

import json
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from mpp_identity.domain.challenges import Challenge, Purpose
from mpp_identity.domain.contacts import Channel, Contact
from mpp_identity.domain.sessions import ABSOLUTE, Session, Transaction
from mpp_identity.storage.cipher import Cipher
from mpp_identity.storage.tables import ChallengeRow, RateLimitRow, SessionRow, TransactionRow


class StoredChallenges:
    """Implements ports.Challenges."""

    def __init__(self, session: AsyncSession, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    async def add(self, challenge: Challenge) -> None:
        self._session.add(ChallengeRow(id=challenge.id, **self._columns(challenge)))
        await self._session.flush()

    async def get(self, challenge: UUID) -> Challenge | None:
        row = await self._session.get(ChallengeRow, challenge, populate_existing=True)
        return self._challenge(row) if row else None

    async def latest(self, purpose: Purpose, account: UUID) -> Challenge | None:
        found = await self._session.execute(
            select(ChallengeRow)
            .where(col(ChallengeRow.purpose) == purpose, col(ChallengeRow.accounts).contains([account]))
            .order_by(col(ChallengeRow.expires_at).desc())
            .limit(1)
        )
        row = found.scalar_one_or_none()
        return self._challenge(row) if row else None

    async def save(self, challenge: Challenge) -> None:
        await self._session.execute(
            update(ChallengeRow).where(col(ChallengeRow.id) == challenge.id).values(**self._columns(challenge))
        )

    async def remove_expired(self, before: datetime) -> int:
        gone = await self._session.execute(
            delete(ChallengeRow).where(col(ChallengeRow.expires_at) < before).returning(col(ChallengeRow.id))
        )
        return len(gone.all())

    def _columns(self, challenge: Challenge) -> dict[str, Any]:
        contact = challenge.contact
        return {
            "purpose": challenge.purpose,
            "accounts": list(challenge.accounts),
            "contact": self._cipher.encrypt(f"{contact.channel}:{contact.value}", "challenges", "contact", challenge.id)
            if contact
            else None,
            "digest": challenge.digest,
            "expires_at": challenge.expires_at,
            "attempts": challenge.attempts,
            "passed_at": challenge.passed_at,
        }

    def _challenge(self, row: ChallengeRow) -> Challenge:
        contact = None
        if row.contact:
            channel, _, value = self._cipher.decrypt(row.contact, "challenges", "contact", row.id).partition(":")
            contact = Contact(cast(Channel, channel), value)
        return Challenge(
            id=row.id,
            purpose=cast(Purpose, row.purpose),
            accounts=tuple(row.accounts),
            contact=contact,
            digest=row.digest,
            expires_at=row.expires_at,
            attempts=row.attempts,
            passed_at=row.passed_at,
        )


class StoredSessions:
    """Implements ports.Sessions."""

    def __init__(self, session: AsyncSession, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    async def add(self, session: Session) -> None:
        self._session.add(SessionRow(**vars(session) | {"amr": list(session.amr)}))
        await self._session.flush()

    async def by_token(self, token_hash: bytes) -> Session | None:
        found = await self._session.execute(select(SessionRow).where(col(SessionRow.token_hash) == token_hash))
        row = found.scalar_one_or_none()
        return _session(row) if row else None

    async def of_account(self, account: UUID) -> list[Session]:
        found = await self._session.execute(
            select(SessionRow).where(col(SessionRow.account) == account).order_by(col(SessionRow.auth_time).desc())
        )
        return [_session(row) for row in found.scalars()]

    async def save(self, session: Session) -> None:
        # Never back to life: a request that was under way when the session ended must not undo that.
        await self._session.execute(
            update(SessionRow)
            .where(col(SessionRow.id) == session.id)
            .values(
                seen_at=func.greatest(col(SessionRow.seen_at), session.seen_at),
                revoked_at=func.coalesce(col(SessionRow.revoked_at), session.revoked_at),
            )
        )

    async def add_transaction(self, transaction: Transaction) -> None:
        # Encrypted, because a login_hint is somebody's address.
        parameters = self._cipher.encrypt(
            json.dumps(transaction.parameters), "sign_in_transactions", "parameters", transaction.id
        )
        self._session.add(TransactionRow(id=transaction.id, parameters=parameters, expires_at=transaction.expires_at))
        await self._session.flush()

    async def transaction(self, transaction: UUID) -> Transaction | None:
        row = await self._session.get(TransactionRow, transaction, populate_existing=True)
        if row is None:
            return None
        parameters = json.loads(self._cipher.decrypt(row.parameters, "sign_in_transactions", "parameters", row.id))
        return Transaction(row.id, tuple((name, value) for name, value in parameters), row.expires_at, row.finished_at)

    async def finish_transaction(self, transaction: UUID, at: datetime) -> bool:
        finished = await self._session.execute(
            update(TransactionRow)
            .where(col(TransactionRow.id) == transaction, col(TransactionRow.finished_at).is_(None))
            .values(finished_at=at)
            .returning(col(TransactionRow.id))
        )
        return finished.one_or_none() is not None

    async def remove_expired(self, before: datetime) -> int:
        transactions = await self._session.execute(
            delete(TransactionRow).where(col(TransactionRow.expires_at) < before).returning(col(TransactionRow.id))
        )
        # A refresh family outlives its browser session and refers to it: those stay until the family is gone.
        sessions = await self._session.execute(
            delete(SessionRow)
            .where(
                col(SessionRow.auth_time) < before - ABSOLUTE,
                text("NOT EXISTS (SELECT 1 FROM families WHERE families.session = sessions.id)"),
            )
            .returning(col(SessionRow.id))
        )
        return len(transactions.all()) + len(sessions.all())


class StoredLimits:
    """Implements ports.Limits: fixed windows, in the database so that all copies of the service count together."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hit(self, key: bytes, window: timedelta, now: datetime) -> tuple[int, int]:
        length = int(window.total_seconds())
        start = int(now.timestamp()) // length * length
        counted = await self._session.execute(
            insert(RateLimitRow)
            .values(key_hash=key, window_start=datetime.fromtimestamp(start, now.tzinfo), hits=1)
            .on_conflict_do_update(
                index_elements=["key_hash", "window_start"], set_={"hits": col(RateLimitRow.hits) + 1}
            )
            .returning(col(RateLimitRow.hits))
        )
        return counted.scalar_one(), start + length - int(now.timestamp())

    async def remove_expired(self, before: datetime) -> int:
        gone = await self._session.execute(
            delete(RateLimitRow).where(col(RateLimitRow.window_start) < before).returning(col(RateLimitRow.hits))
        )
        return len(gone.all())


def _session(row: SessionRow) -> Session:
    return Session(row.id, row.account, row.token_hash, row.auth_time, row.seen_at, tuple(row.amr), row.revoked_at)
