"""Codes, refresh tokens and the families they belong to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from mpp_identity.domain.grants import Code, Family, RefreshToken
from mpp_identity.storage.tables import CodeRow, FamilyRow, RefreshTokenRow, SessionRow


class StoredGrants:
    """Implements ports.Grants."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_code(self, code: Code) -> None:
        """With its family, which begins here."""
        family = code.family
        self._session.add(FamilyRow(**vars(family) | {"amr": list(family.amr)}))
        await self._session.flush()
        self._session.add(CodeRow(**vars(code) | {"family": family.id}))
        await self._session.flush()

    async def code(self, token_hash: bytes) -> Code | None:
        row = await self._session.get(CodeRow, token_hash, populate_existing=True)
        family = await self.family(row.family) if row else None
        if row is None or family is None:
            return None
        return Code(
            row.token_hash, family, row.redirect_uri, row.scope, row.nonce, row.code_challenge,
            row.code_challenge_method, row.expires_at, row.used_at,
        )  # fmt: skip

    async def use_code(self, code: Code, at: datetime) -> None:
        await self._session.execute(
            update(CodeRow).where(col(CodeRow.token_hash) == code.token_hash).values(used_at=at)
        )

    async def add_refresh(self, token: RefreshToken) -> None:
        self._session.add(RefreshTokenRow(**vars(token) | {"family": token.family.id}))
        await self._session.flush()

    async def refresh(self, token_hash: bytes) -> RefreshToken | None:
        row = await self._session.get(RefreshTokenRow, token_hash, populate_existing=True)
        family = await self.family(row.family) if row else None
        return RefreshToken(row.token_hash, family, row.expires_at, row.used_at) if row and family else None

    async def use_refresh(self, token: RefreshToken, at: datetime) -> None:
        await self._session.execute(
            update(RefreshTokenRow).where(col(RefreshTokenRow.token_hash) == token.token_hash).values(used_at=at)
        )

    async def family(self, family: UUID) -> Family | None:
        row = await self._session.get(FamilyRow, family, populate_existing=True)
        return _family(row) if row else None

    async def of_account(self, account: UUID) -> list[Family]:
        found = await self._session.execute(
            select(FamilyRow).where(col(FamilyRow.account) == account).order_by(col(FamilyRow.auth_time).desc())
        )
        return [_family(row) for row in found.scalars()]

    async def revoke_family(self, family: UUID, at: datetime, reason: str) -> None:
        await self._revoke(at, reason, col(FamilyRow.id) == family)

    async def revoke_of_session(self, session: UUID, at: datetime, reason: str) -> None:
        await self._revoke(at, reason, col(FamilyRow.session) == session)

    async def revoke_of_client(self, account: UUID, client_id: str, at: datetime, reason: str) -> None:
        await self._revoke(at, reason, col(FamilyRow.account) == account, col(FamilyRow.client_id) == client_id)

    async def revoke_of_account(self, account: UUID, at: datetime, reason: str) -> None:
        await self._revoke(at, reason, col(FamilyRow.account) == account)
        await self._session.execute(
            update(SessionRow)
            .where(col(SessionRow.account) == account, col(SessionRow.revoked_at).is_(None))
            .values(revoked_at=at)
        )

    async def remove_expired(self, before: datetime) -> int:
        gone = await self._session.execute(
            delete(FamilyRow).where(col(FamilyRow.expires_at) < before).returning(col(FamilyRow.id))
        )
        return len(gone.all())

    async def _revoke(self, at: datetime, reason: str, *which: Any) -> None:
        await self._session.execute(
            update(FamilyRow).where(*which, col(FamilyRow.revoked_at).is_(None)).values(revoked_at=at, reason=reason)
        )


def _family(row: FamilyRow) -> Family:
    return Family(
        row.id, row.account, row.session, row.client_id, row.scope, row.auth_time, tuple(row.amr), row.expires_at,
        row.revoked_at,
    )  # fmt: skip
