"""Token, revocation and userinfo endpoints: load, let Authlib judge, write what it decided; one transaction each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error  # type: ignore[import-untyped]

from mpp_identity.domain.accounts import Account
from mpp_identity.domain.claims import AUDIENCE, scopes_of, userinfo
from mpp_identity.domain.grants import REFRESH_LIFE, Family, RefreshToken
from mpp_identity.domain.keyed_hash import token_hash
from mpp_identity.use_cases.oidc.core import Core, Loaded, Pairs, PlainRequest, Reply
from mpp_identity.use_cases.ports import Tokens, Work, World


class BearerError(Exception):
    """RFC 6750 §3.1; `error` is empty when there was no token at all."""

    def __init__(self, status: int, error: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.error = error


@dataclass(frozen=True)
class Bearer:
    """Who a good access token belongs to."""

    account: Account
    family: Family
    scopes: frozenset[str]


class TokenEndpoint:
    def __init__(self, world: World, core: Core, tokens: Tokens) -> None:
        self._world = world
        self._core = core
        self._tokens = tokens

    async def token(self, pairs: Pairs, headers: Mapping[str, str]) -> Reply:
        """RFC 6749 §3.2. A code or refresh token that comes a second time ends the whole family."""
        if refusal := self._refused(pairs, "grant_type"):
            return refusal
        data = dict(pairs)
        grant_type = data["grant_type"]
        secret = {"authorization_code": data.get("code"), "refresh_token": data.get("refresh_token")}.get(grant_type)
        if not secret:
            return self._answer(PlainRequest(pairs, headers, Loaded(self._world.now())))
        digest = token_hash(secret)
        async with self._world.store.transaction(f"{grant_type}:{digest.hex()}") as work:
            request = PlainRequest(pairs, headers, await self._load(work, grant_type, digest))
            reply = self._answer(request)
            await self._write(work, request)
        return reply

    async def revoke(self, pairs: Pairs, headers: Mapping[str, str]) -> Reply:
        """RFC 7009. A refresh or an access token ends its whole family; an unknown one is answered like a known one."""
        if refusal := self._refused(pairs):
            return refusal
        # A hint is only a hint, and an unknown one is to be ignored (§2.1).
        pairs = [(name, value) for name, value in pairs if name != "token_type_hint"]
        token = dict(pairs).get("token", "")
        now = self._world.now()
        async with self._world.store.transaction() as work:
            refresh = await work.grants.refresh(token_hash(token))
            claims = None if refresh else self._tokens.read(token, "at+jwt")
            family = await work.grants.family(UUID(claims["sid"])) if claims and "sid" in claims else None
            request = PlainRequest(pairs, headers, Loaded(now, refresh=refresh, family=family))
            reply: Reply = self._core.create_endpoint_response("revocation", request)
            if request.revoked:
                await work.grants.revoke_family(request.revoked.id, now, "revoked-by-client")
        return reply

    async def bearer(self, token: str) -> Bearer:
        """Checks an access token of ours to its end: family, session and account are looked up. Raises BearerError."""
        claims, now = self._tokens.read(token, "at+jwt"), self._world.now()
        if claims is None or claims.get("iss") != self._core.mint.issuer or claims.get("aud") != AUDIENCE:
            raise BearerError(401, "invalid_token")
        if now.timestamp() >= claims["exp"] or "sid" not in claims:
            raise BearerError(401, "invalid_token")
        async with self._world.store.read() as work:
            family = await work.grants.family(UUID(claims["sid"]))
            account = await work.accounts.get(family.account) if family else None
        if family is None or not family.good(now) or account is None or not account.active:
            raise BearerError(401, "invalid_token")
        return Bearer(account, family, scopes_of(claims))

    async def userinfo(self, token: str | None) -> dict[str, Any]:
        """OpenID Connect Core §5.3."""
        if token is None:
            raise BearerError(401)
        bearer = await self.bearer(token)
        if "openid" not in bearer.scopes:
            raise BearerError(403, "insufficient_scope")
        return userinfo(bearer.account, " ".join(bearer.scopes))

    def _refused(self, pairs: Pairs, *needed: str) -> Reply | None:
        """RFC 6749 §3.2: no parameter twice; and what Authlib would report less exactly."""
        repeated = any(count > 1 for count in Counter(name for name, _ in pairs).values())
        given = {name for name, value in pairs if value}
        if repeated or not given.issuperset(needed):
            problem = "A parameter was sent more than once." if repeated else f"{needed[0]} is missing."
            return self._error(InvalidRequestError(problem))
        return None

    def _answer(self, request: PlainRequest) -> Reply:
        reply: Reply = self._core.create_token_response(request)
        return reply

    def _error(self, error: OAuth2Error) -> Reply:
        reply: Reply = self._core.handle_response(*error())
        return reply

    async def _load(self, work: Work, grant_type: str, digest: bytes) -> Loaded:
        code = await work.grants.code(digest) if grant_type == "authorization_code" else None
        refresh = await work.grants.refresh(digest) if grant_type == "refresh_token" else None
        found = code or refresh
        account = await work.accounts.get(found.family.account) if found else None
        return Loaded(self._world.now(), code=code, refresh=refresh, account=account)

    async def _write(self, work: Work, request: PlainRequest) -> None:
        loaded: Loaded = request.loaded
        grant = loaded.code or loaded.refresh
        if grant is None:
            return
        if request.replayed:
            await work.grants.revoke_family(grant.family.id, loaded.now, "replayed")
        if request.issued is None:
            return
        if loaded.code:
            await work.grants.use_code(loaded.code, loaded.now)
        if loaded.refresh and "refresh_token" in request.issued:
            await work.grants.use_refresh(loaded.refresh, loaded.now)
        if fresh := request.issued.get("refresh_token"):
            until = min(loaded.now + REFRESH_LIFE, grant.family.expires_at)
            await work.grants.add_refresh(RefreshToken(token_hash(fresh), grant.family, until))
