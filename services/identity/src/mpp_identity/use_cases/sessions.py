"""Sessions at the provider: opening, finding, ending."""

import secrets
from datetime import timedelta
from uuid import UUID

from mpp_identity.domain.accounts import Account
from mpp_identity.domain.keyed_hash import token_hash
from mpp_identity.domain.sessions import Session
from mpp_identity.use_cases.ports import World

TOUCH_AFTER = timedelta(minutes=1)


class Sessions:
    def __init__(self, world: World) -> None:
        self._world = world

    async def open(self, account: Account, amr: tuple[str, ...]) -> tuple[str, Session]:
        """A new session with a new random token, whatever cookie came along: no fixation. The token is shown once."""
        now, token = self._world.now(), secrets.token_urlsafe(32)
        session = Session(self._world.new_id(), account.id, token_hash(token), now, now, amr)
        async with self._world.store.transaction() as work:
            await work.sessions.add(session)
        return token, session

    async def current(self, token: str | None) -> tuple[Session, Account] | None:
        """The session of a cookie if it is alive and its account may sign in."""
        if not token:
            return None
        now = self._world.now()
        async with self._world.store.read() as work:
            session = await work.sessions.by_token(token_hash(token))
            account = await work.accounts.get(session.account) if session and session.alive(now) else None
        if session is None or account is None or not account.active:
            return None
        if now - session.seen_at > TOUCH_AFTER:
            session.seen_at = now
            async with self._world.store.transaction() as work:
                await work.sessions.save(session)
        return session, account

    async def end(self, session: Session, reason: str) -> None:
        """With all that was granted in it."""
        now = self._world.now()
        session.revoked_at = now
        async with self._world.store.transaction() as work:
            await work.sessions.save(session)
            await work.grants.revoke_of_session(session.id, now, reason)

    async def end_all(self, account: UUID, reason: str) -> None:
        async with self._world.store.transaction() as work:
            await work.grants.revoke_of_account(account, self._world.now(), reason)
