"""Sessions at the provider: kept on the server, so that they can be ended there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
TRANSACTION_LIFE = timedelta(minutes=30)


@dataclass
class Session:
    """`amr`: how the person proved who they are (RFC 8176); empty after the demonstration sign-in."""

    id: UUID
    account: UUID
    token_hash: bytes
    auth_time: datetime
    seen_at: datetime
    amr: tuple[str, ...]
    revoked_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.seen_at + IDLE and now < self.auth_time + ABSOLUTE


@dataclass(frozen=True)
class Transaction:
    """An authorisation request that waits for a sign-in or a consent, bound to one browser."""

    id: UUID
    parameters: tuple[tuple[str, str], ...]
    expires_at: datetime
    finished_at: datetime | None = None
