"""Signing in: the portal as client `mpp-portal` of the mall's OpenID provider (code flow, PKCE, state, nonce)."""

import base64
import hashlib
import time
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from mpp_runtime.errors import Text, Unauthenticated
from mpp_telemetry.log import get_logger
from pydantic import SecretStr

from mpp_portal.clients.public_api import PublicApi
from mpp_portal.domain import Session, SessionOver, Who

CLIENT = "mpp-portal"
_LEEWAY = 60
_log = get_logger(__name__)


class OpenId:
    """The provider's endpoints, reached over the public origin.

    Args:
        issuer: the provider's issuer, which is the mall's public origin.
        api: the client of that origin.
        secret: the portal's client secret.
    """

    def __init__(self, issuer: str, api: PublicApi, secret: SecretStr) -> None:
        self._issuer = issuer
        self._api = api
        self._secret = secret
        self._keys: KeySet | None = None

    def authorisation(self, *, state: str, nonce: str, verifier: str, language: str) -> str:
        """Where the browser goes to sign in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": f"{self._issuer}/callback",
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        return f"/oidc/authorize?{urlencode(query)}"

    def end_session(self, id_token: str, language: str) -> str:
        """Where the browser goes to end the provider's session too; it comes back to the home page."""
        query = {
            "client_id": CLIENT,
            "id_token_hint": id_token,
            "post_logout_redirect_uri": f"{self._issuer}/",
            "ui_locales": language,
        }
        return f"/oidc/end-session?{urlencode(query)}"

    async def exchange(self, code: str, *, nonce: str, verifier: str) -> Session:
        """The session a code stands for. Raises Unauthenticated if anything about it is wrong, TryLater."""
        tokens = await self._token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=f"{self._issuer}/callback",
            code_verifier=verifier,
        )
        if tokens is None:
            raise _refused("the code")
        claims = await self._read_id_token(str(tokens["id_token"]))
        if claims.get("nonce") != nonce:
            raise _refused("the nonce")
        told = await self._api.send(
            "GET", "/oidc/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"}
        )
        if not told.ok or told.body.get("sub") != claims["sub"]:
            raise _refused("userinfo")
        return _session(_who(told.body), tokens, refresh_token="", id_token="")

    async def refresh(self, session: Session) -> Session:
        """The same session with a new access token. Raises SessionOver, TryLater."""
        tokens = await self._token(grant_type="refresh_token", refresh_token=session.refresh_token)
        if tokens is None:
            raise SessionOver
        return _session(session.who, tokens, refresh_token=session.refresh_token, id_token=session.id_token)

    async def _token(self, **data: str) -> Mapping[str, Any] | None:
        basic = base64.b64encode(f"{CLIENT}:{self._secret.get_secret_value()}".encode()).decode()
        answer = await self._api.send("POST", "/oidc/token", headers={"authorization": f"Basic {basic}"}, data=data)
        if answer.ok and isinstance(answer.body, Mapping):
            return answer.body
        error = answer.body.get("error", "") if isinstance(answer.body, Mapping) else ""
        _log.info("token refused", status=answer.status, code=str(error))
        return None

    async def _read_id_token(self, token: str) -> dict[str, Any]:
        """Its claims, checked as OpenID Connect Core §3.1.3.7 asks."""
        try:
            claims = dict(jwt.decode(token, await self._key_set(again=False), algorithms=["RS256"]).claims)
        except (JoseError, ValueError):
            try:
                claims = dict(jwt.decode(token, await self._key_set(again=True), algorithms=["RS256"]).claims)
            except (JoseError, ValueError) as error:
                raise _refused("the signature") from error
        good = claims.get("iss") == self._issuer and claims.get("aud") == CLIENT and "sub" in claims
        if not good or time.time() > int(claims.get("exp", 0)) + _LEEWAY:
            raise _refused("the claims")
        return claims

    async def _key_set(self, *, again: bool) -> KeySet:
        """The provider's keys; fetched anew when a token is signed with one we do not know."""
        if self._keys is None or again:
            answer = await self._api.send("GET", "/oidc/jwks", headers={})
            self._keys = KeySet.import_key_set(answer.content())
        return self._keys


def _who(told: Mapping[str, Any]) -> Who:
    roles = tuple({name: role.get(name) for name in ("role", "agency", "region")} for role in told.get("roles", ()))
    kind: Literal["person", "officer"] = "officer" if told.get("kind") == "officer" else "person"
    return Who(str(told["sub"]), str(told.get("name", "")), kind, str(told.get("title", "")), roles)


def _session(who: Who, tokens: Mapping[str, Any], *, refresh_token: str, id_token: str) -> Session:
    return Session(
        who,
        str(tokens["access_token"]),
        str(tokens.get("refresh_token") or refresh_token),
        # The first one is kept for signing out: a later one says nothing new and is only longer to carry.
        id_token or str(tokens["id_token"]),
        int(time.time()) + int(tokens["expires_in"]),
    )


def _refused(what: str) -> Unauthenticated:
    _log.warning("sign-in refused", reason=what)
    return Unauthenticated(
        "sign-in-refused",
        Text("Masuk tidak berhasil. Silakan coba lagi.", "The sign-in did not work. Please try again."),
    )
