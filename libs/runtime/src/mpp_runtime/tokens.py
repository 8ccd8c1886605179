"""Access tokens: checking those that come, fetching our own (RFC 9068, RS256)."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import extract_compact
from mpp_telemetry.log import get_logger

from mpp_runtime.errors import Text, TryLater, Unauthenticated

Kind = Literal["anonymous", "person", "officer", "service"]
_LEEWAY = 60
_REFRESH_AT_MOST_EVERY = 10.0
_REFRESH_AT_LEAST_EVERY = 600.0
_CACHE = 10_000
_log = get_logger(__name__)


@dataclass(frozen=True)
class Role:
    """What an officer may do: `role` at an agency, in a region (Kemendagri code)."""

    role: str
    agency: str | None
    region: str | None


@dataclass(frozen=True)
class Caller:
    """Who is asking. `id` is the token's subject: a UUID for people and officers, a name for services."""

    id: str
    kind: Kind
    roles: tuple[Role, ...] = ()
    client_id: str = ""
    scopes: frozenset[str] = frozenset()


ANONYMOUS = Caller("", "anonymous")


def _bad_token() -> Unauthenticated:
    return Unauthenticated(
        "invalid-token", Text("Token akses tidak sah atau kedaluwarsa.", "The access token is invalid or has expired.")
    )


class TokenVerifier:
    """Checks tokens against the issuer's JWKS, given as an address or a callable. Known keys outlive its absence."""

    def __init__(self, jwks: str | Callable[[], Awaitable[dict[str, Any]]], issuer: str, audience: str = "mpp") -> None:
        self._jwks = jwks
        self._issuer = issuer
        self._audience = audience
        self._keys: dict[str, RSAKey] = {}
        self._tried = self._fetched = float("-inf")
        self._refreshing = asyncio.Lock()
        self._verified: dict[bytes, tuple[Caller, float]] = {}

    async def verify(self, token: str) -> Caller:
        """The caller. Raises Unauthenticated for any fault of the token, TryLater when no key could ever be fetched."""
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._verified.get(digest)
        if known and time.time() < known[1]:
            return known[0]
        try:
            header = extract_compact(token.encode("ascii")).headers()
            # An embedded key, a key address or a critical extension we do not know are refused unread.
            if set(header) != {"alg", "kid", "typ"} or header["alg"] != "RS256" or header["typ"] != "at+jwt":
                raise _bad_token()
            key = await self._key(str(header["kid"]))
            claims = jwt.decode(token, key, algorithms=["RS256"]).claims
            caller, expires = self._caller(claims)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _bad_token() from error
        if len(self._verified) >= _CACHE:
            self._verified.clear()
        self._verified[digest] = caller, expires
        return caller

    def _caller(self, claims: dict[str, Any]) -> tuple[Caller, float]:
        now, audience = time.time(), claims["aud"]
        expires = float(claims["exp"]) + _LEEWAY
        starts = max(float(claims["iat"]), float(claims.get("nbf", 0))) - _LEEWAY
        kind, subject = claims["kind"], claims["sub"]
        if (
            claims["iss"] != self._issuer
            or self._audience not in ([audience] if isinstance(audience, str) else audience)
            or not starts <= now < expires
            or kind not in ("person", "officer", "service")
            or not (isinstance(subject, str) and subject)
        ):
            raise _bad_token()
        roles = tuple(Role(r["role"], r.get("agency"), r.get("region")) for r in claims.get("roles", ()))
        scopes = frozenset(str(claims.get("scope", "")).split())
        return Caller(subject, kind, roles, str(claims["client_id"]), scopes), expires

    async def _key(self, kid: str) -> RSAKey:
        old = time.monotonic() - self._fetched > _REFRESH_AT_LEAST_EVERY
        if kid not in self._keys or old:
            await self._refresh()
        if not self._keys:
            raise TryLater(
                "sign-in-unavailable", Text("Layanan masuk belum dapat dihubungi.", "Sign-in cannot be reached yet.")
            )
        if kid not in self._keys:
            raise _bad_token()
        return self._keys[kid]

    async def _refresh(self) -> None:
        async with self._refreshing:
            wait = _REFRESH_AT_MOST_EVERY if self._keys else 1.0
            if time.monotonic() - self._tried < wait:
                return
            self._tried = time.monotonic()
            try:
                found = await (self._fetch(self._jwks) if isinstance(self._jwks, str) else self._jwks())
                keys = {k["kid"]: RSAKey.import_key(k) for k in found["keys"] if k.get("kty") == "RSA"}
            except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError, OSError) as error:
                _log.warning("keys of the issuer not refreshed", error=type(error).__name__)
                return
            if keys:
                self._keys, self._fetched = keys, time.monotonic()
                self._verified.clear()

    @staticmethod
    async def _fetch(url: str) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=3) as client:
            return dict((await client.get(url)).raise_for_status().json())


class ServiceTokens:
    """Our own access token, by client credentials (HTTP Basic), kept until a minute before it ends."""

    def __init__(self, token_url: str, client_id: str, secret: str) -> None:
        self._url = token_url
        self._auth = httpx.BasicAuth(client_id, secret)
        self._token = ""
        self._until = 0.0
        self._lock = asyncio.Lock()

    def forget(self) -> None:
        """The next `get` fetches anew."""
        self._until = 0.0

    async def get(self) -> str:
        """Raises TryLater when the issuer is away or refuses us."""
        async with self._lock:
            if time.monotonic() >= self._until:
                try:
                    async with httpx.AsyncClient(timeout=3) as client:
                        asked = {"grant_type": "client_credentials"}
                        answer = (await client.post(self._url, data=asked, auth=self._auth)).raise_for_status().json()
                        self._token, seconds = answer["access_token"], float(answer["expires_in"])
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    _log.warning("no service token", error=type(error).__name__)
                    raise TryLater(
                        "service-token-unavailable", Text("Sistem sedang sibuk.", "The system is busy.")
                    ) from error
                self._until = time.monotonic() + max(seconds - 60, 1)
            return self._token
