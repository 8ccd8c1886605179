"""Makes the tokens."""

from authlib.oidc.core.util import create_half_hash  # type: ignore[import-untyped]

from mpp_identity.domain.accounts import Account
from mpp_identity.domain.claims import access_claims, id_claims, service_claims
from mpp_identity.domain.grants import Family
from mpp_identity.use_cases.ports import Tokens, World


class Mint:
    def __init__(self, world: World, tokens: Tokens, issuer: str) -> None:
        self._world = world
        self._tokens = tokens
        self.issuer = issuer

    def access_token(self, account: Account, family: Family, scope: str) -> str:
        claims = access_claims(
            account, family, issuer=self.issuer, scope=scope, jti=self._world.new_id(), now=self._world.now()
        )
        return self._tokens.sign(claims, "at+jwt")

    def service_token(self, service: str, scope: str = "") -> str:
        claims = service_claims(
            service, issuer=self.issuer, scope=scope, jti=self._world.new_id(), now=self._world.now()
        )
        return self._tokens.sign(claims, "at+jwt")

    def id_token(self, account: Account, family: Family, access_token: str, nonce: str | None) -> str:
        at_hash = create_half_hash(access_token, "RS256").decode()
        claims = id_claims(account, family, issuer=self.issuer, nonce=nonce, at_hash=at_hash, now=self._world.now())
        return self._tokens.sign(claims, "JWT")
