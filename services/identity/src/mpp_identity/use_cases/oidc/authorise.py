"""The authorisation endpoint: from a client's request to a code, with a sign-in or a consent in between if needed."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mpp_runtime.errors import Malformed, Text

from mpp_identity.domain.accounts import Account
from mpp_identity.domain.grants import CODE_LIFE, FAMILY_LIFE, Code, Family
from mpp_identity.domain.keyed_hash import KeyedHash, token_hash
from mpp_identity.domain.sessions import TRANSACTION_LIFE, Session, Transaction
from mpp_identity.use_cases.oidc.core import Core, Loaded, Pairs
from mpp_identity.use_cases.oidc.requests import AuthorisationRequest, BackToClient, judge, read
from mpp_identity.use_cases.ports import Consent, Tokens, World


@dataclass(frozen=True)
class Redirect:
    """To the client, with a code or an error."""

    location: str


@dataclass(frozen=True)
class Interact:
    """To a page of ours; `transaction` is its signed name."""

    page: str  # "sign-in", "sign-up" or "consent"
    transaction: str


@dataclass(frozen=True)
class SignedIn:
    """Who is at the browser."""

    session: Session
    account: Account


Outcome = Redirect | Interact


class Authorise:
    """`browser` is a random value kept in a cookie: a transaction can only go on in the browser where it began."""

    def __init__(self, world: World, core: Core, tokens: Tokens, signatures: KeyedHash) -> None:
        self._world = world
        self._core = core
        self._tokens = tokens
        self._signatures = signatures

    async def start(self, pairs: Pairs, who: SignedIn | None, browser: str) -> Outcome:
        """Raises Malformed when the error must be shown here, because the client's address is not sure."""
        asked = read(self._core, pairs)
        now = self._world.now()
        try:
            judge(self._core, asked, Loaded(now))
            page = self._page(asked, who, since=now)
            if page is None and who and await self._needs_consent(asked, who):
                page = "consent"
            if page is None and who:
                return await self._grant(asked, who)
            if asked.prompts == {"none"}:
                raise BackToClient("consent_required" if page == "consent" else "login_required")
        except BackToClient as error:
            return Redirect(asked.with_error(error))
        transaction = Transaction(self._world.new_id(), asked.parameters, now + TRANSACTION_LIFE)
        async with self._world.store.transaction() as work:
            await work.sessions.add_transaction(transaction)
        return Interact(page or "sign-in", self._signed(transaction.id, browser))

    async def open(self, signed: str, browser: str) -> tuple[AuthorisationRequest, Transaction]:
        """The request a page works for. Raises Malformed if it is not this browser's, finished or too old."""
        text, _, signature = signed.partition(".")
        try:
            transaction_id = UUID(text)
        except ValueError:
            raise _gone() from None
        if not hmac.compare_digest(signature.encode(), self._signature(transaction_id, browser).encode()):
            raise _gone()
        async with self._world.store.read() as work:
            transaction = await work.sessions.transaction(transaction_id)
        if transaction is None or transaction.finished_at or self._world.now() >= transaction.expires_at:
            raise _gone()
        return read(self._core, transaction.parameters), transaction

    async def finish(self, signed: str, browser: str, who: SignedIn, *, consented: bool = False) -> Outcome:
        """After a sign-in or a consent: the code, or the next page."""
        asked, transaction = await self.open(signed, browser)
        now = self._world.now()
        try:
            judge(self._core, asked, Loaded(now))
            # An older session does not answer a request that asked for a fresh sign-in.
            if page := self._page(asked, who, since=transaction.expires_at - TRANSACTION_LIFE):
                return Interact(page, signed)
            if consented:
                await self._consent(asked, who, now)
            elif await self._needs_consent(asked, who):
                return Interact("consent", signed)
            await self._close(transaction)
            return await self._grant(asked, who)
        except BackToClient as error:
            return Redirect(asked.with_error(error))

    async def deny(self, signed: str, browser: str) -> Redirect:
        asked, transaction = await self.open(signed, browser)
        await self._close(transaction)
        return Redirect(asked.with_error(BackToClient("access_denied")))

    async def _close(self, transaction: Transaction) -> None:
        async with self._world.store.transaction() as work:
            if not await work.sessions.finish_transaction(transaction.id, self._world.now()):
                raise _gone()

    def _page(self, asked: AuthorisationRequest, who: SignedIn | None, since: datetime) -> str | None:
        """Which sign-in page is needed, if one is."""
        page = "sign-up" if "create" in asked.prompts else "sign-in"
        if who is None:
            return page
        if who.session.auth_time < since:
            age, limit = self._world.now() - who.session.auth_time, asked.max_age
            if asked.prompts & {"login", "select_account", "create"} or (limit is not None and age > limit):
                return page
        hint = asked.data.get("id_token_hint")
        if hint:
            claims = self._tokens.read(hint, "JWT")
            if claims is None or claims.get("sub") != str(who.account.id):
                return page
        return None

    async def _needs_consent(self, asked: AuthorisationRequest, who: SignedIn) -> bool:
        if "consent" in asked.prompts:
            return True
        if asked.client.first_party:
            return False
        async with self._world.store.read() as work:
            given = await work.consents.of_account(who.account.id)
        wanted = set(asked.data.get("scope", "").split())
        known = {scope for consent in given if consent.client_id == asked.client.id for scope in consent.scope.split()}
        granted = judge(self._core, asked, Loaded(self._world.now()))[1].scope
        return not (wanted & set(granted.split())) <= known

    async def _consent(self, asked: AuthorisationRequest, who: SignedIn, now: datetime) -> None:
        scope = judge(self._core, asked, Loaded(now))[1].scope
        async with self._world.store.transaction() as work:
            await work.consents.give(Consent(who.account.id, asked.client.id, scope, now))

    async def _grant(self, asked: AuthorisationRequest, who: SignedIn) -> Redirect:
        now = self._world.now()
        grant, request = judge(self._core, asked, Loaded(now))
        grant.create_authorization_response(asked.redirect_uri, who.account)
        if request.new_code is None:
            raise RuntimeError("Authlib answered without a code")
        data = asked.data
        family = Family(
            id=self._world.new_id(), account=who.account.id, session=who.session.id, client_id=asked.client.id,
            scope=request.scope, auth_time=who.session.auth_time, amr=who.session.amr, expires_at=now + FAMILY_LIFE,
        )  # fmt: skip
        code = Code(
            token_hash=token_hash(request.new_code), family=family, redirect_uri=asked.redirect_uri,
            scope=request.scope, nonce=data.get("nonce"), code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"), expires_at=now + CODE_LIFE,
        )  # fmt: skip
        async with self._world.store.transaction() as work:
            await work.grants.add_code(code)
        return Redirect(asked.with_parameters([("code", request.new_code)]))

    def _signed(self, transaction: UUID, browser: str) -> str:
        return f"{transaction}.{self._signature(transaction, browser)}"

    def _signature(self, transaction: UUID, browser: str) -> str:
        return self._signatures.of("transaction", str(transaction), browser).hex()


def _gone() -> Malformed:
    return Malformed(
        "sign-in-expired",
        Text(
            "Halaman masuk ini sudah tidak berlaku. Kembali ke layanan yang Anda tuju dan mulai lagi.",
            "This sign-in page is no longer valid. Go back to where you came from and start again.",
        ),
    )
