"""The session of a browser: an encrypted cookie, and nothing of it on the server.

The tokens travel in a JWE (dir, A256GCM), which also shows any change. The first key seals, all keys open: a new key is
put in front and the old one taken out when the last session it sealed has ended.
"""

import json
import secrets
import time
from dataclasses import asdict
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import Response
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from mpp_telemetry.log import get_logger

from mpp_portal.domain import Session, SessionOver, Who

COOKIE_LIMIT = 4096  # what browsers keep, name and attributes included
STATE_SECONDS = 15 * 60
_log = get_logger(__name__)


class SignsIn(Protocol):
    """The OpenID provider (`clients.openid`)."""

    def authorisation(self, *, state: str, nonce: str, verifier: str, language: str) -> str: ...
    def end_session(self, id_token: str, language: str) -> str: ...
    async def exchange(self, code: str, *, nonce: str, verifier: str) -> Session: ...
    async def refresh(self, session: Session) -> Session: ...


class Seal:
    """Encrypts and opens small JSON values.

    Args:
        keys: a JWK set of symmetric 256-bit keys with `kid`; the first one seals.
    Raises ValueError for anything else.
    """

    def __init__(self, keys: str) -> None:
        try:
            self._keys = KeySet.import_key_set(json.loads(keys))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ValueError("not a JWK set") from error
        first = self._keys.keys[0] if self._keys.keys else None
        if not all(isinstance(key, OctKey) and len(key.raw_value) == 32 and key.kid for key in self._keys.keys):
            raise ValueError("each key must be an oct key of 32 bytes with a kid")
        if first is None or not isinstance(first, OctKey):
            raise ValueError("at least one key is needed")
        self._first = first

    def close(self, kind: str, content: Any) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "zip": "DEF", "typ": kind, "kid": self._first.kid}
        return jwe.encrypt_compact(header, json.dumps(content, separators=(",", ":")).encode(), self._first)

    def open(self, kind: str, sealed: str) -> Any | None:
        """The content; None for what we did not seal as this kind, or no longer have the key of."""
        try:
            told = jwe.decrypt_compact(sealed, self._keys)
            return json.loads(told.plaintext or b"") if told.headers().get("typ") == kind else None
        except (JoseError, ValueError, KeyError):
            return None


class Sessions:
    """Reads, renews and keeps the sessions of browsers."""

    def __init__(self, seal: Seal, openid: SignsIn, *, secure: bool) -> None:
        self._seal = seal
        self.openid = openid
        self._secure = secure
        # A browser takes a __Host- cookie from this very host by https only, never from a neighbour.
        self._prefix = "__Host-" if secure else ""

    def current(self, request: Request) -> Session | None:
        """Who this browser says it is, which only a call of the API proves."""
        if not hasattr(request.state, "session"):
            cookie = request.cookies.get(self._name("session"))
            request.state.session = self._read(cookie) if cookie else None
            request.state.session_changed = False
        session: Session | None = request.state.session
        return session

    def who(self, request: Request) -> Who | None:
        session = self.current(request)
        return session.who if session else None

    async def fresh(self, request: Request) -> Session:
        """The session with an access token that is good for a while. Raises SessionOver, TryLater."""
        session = self.current(request)
        if session is None:
            raise SessionOver
        return await self.renew(request) if session.wants_refresh() else session

    async def renew(self, request: Request) -> Session:
        """The session with a new access token. Raises SessionOver, TryLater."""
        session = self.current(request)
        if session is None:
            raise SessionOver
        try:
            renewed = await self.openid.refresh(session)
        except SessionOver:
            raise self.over(request) from None
        self.put(request, renewed)
        return renewed

    def over(self, request: Request) -> SessionOver:
        """Forgets the session; the answer to this request takes its cookie away."""
        self.put(request, None)
        return SessionOver()

    def put(self, request: Request, session: Session | None) -> None:
        request.state.session, request.state.session_changed = session, True

    def keep(self, request: Request, response: Response) -> None:
        """Writes what changed into the answer's cookies."""
        if not getattr(request.state, "session_changed", False):
            return
        session: Session | None = request.state.session
        if session is None:
            self._set(response, "session", "", max_age=0)
            return
        sealed = self._seal.close("mpp-session", asdict(session))
        if len(sealed) > COOKIE_LIMIT - 200:
            _log.error("session too large for a cookie", size=len(sealed))
        # Without an age: it ends with the browser, which may stand in a village hall.
        self._set(response, "session", sealed)

    def begin(self, browser: str, next_: str, language: str) -> str:
        """Address of the provider for a sign-in that ends at `next_`.

        All it needs to come back stands encrypted in `state`, so that sign-ins in several tabs do not meet; the
        browser's own cookie keeps another browser from finishing it.
        """
        nonce, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
        told = {"n": nonce, "v": verifier, "to": next_, "b": browser, "at": int(time.time())}
        state = self._seal.close("mpp-state", told)
        return self.openid.authorisation(state=state, nonce=nonce, verifier=verifier, language=language)

    def resume(self, request: Request, state: str) -> dict[str, Any] | None:
        """What `begin` put into a state, if this browser began it and not long ago."""
        told = self._seal.open("mpp-state", state)
        if not isinstance(told, dict) or time.time() - told["at"] > STATE_SECONDS:
            return None
        return told if secrets.compare_digest(told["b"], self.browser(request)) else None

    def browser(self, request: Request) -> str:
        """The random value this browser keeps, "" if it has none."""
        return request.cookies.get(self._name("browser"), "")

    def set_browser(self, response: Response, value: str) -> None:
        self._set(response, "browser", value)

    def _read(self, cookie: str) -> Session | None:
        told: Any = self._seal.open("mpp-session", cookie)
        try:
            who = told["who"]
            return Session(**{**told, "who": Who(**{**who, "roles": tuple(who["roles"])})})
        except (TypeError, KeyError):
            return None  # not ours, or from a version that kept other things

    def _name(self, kind: str) -> str:
        return f"{self._prefix}mpp_{kind}"

    def _set(self, response: Response, kind: str, value: str, max_age: int | None = None) -> None:
        response.set_cookie(
            self._name(kind),
            value,
            max_age=max_age,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
