"""What an authorisation leaves behind: a code, then a family of refresh tokens of which only the newest is good."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=7)
FAMILY_LIFE = timedelta(days=30)


@dataclass
class Family:
    """One sign-in at one client. Revoked as a whole: when a code or refresh token comes a second time, when the session
    or the account ends, or when the client asks."""

    id: UUID
    account: UUID
    session: UUID
    client_id: str
    scope: str
    auth_time: datetime
    amr: tuple[str, ...]
    expires_at: datetime
    revoked_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


@dataclass
class Code:
    """An authorisation code; `token_hash` is all that is kept of it."""

    token_hash: bytes
    family: Family
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: datetime
    used_at: datetime | None = None


@dataclass
class RefreshToken:
    token_hash: bytes
    family: Family
    expires_at: datetime
    used_at: datetime | None = None
