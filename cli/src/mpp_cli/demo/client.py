"""A person's client of the public API: signs in by OpenID Connect, sends JSON, quotes an answer that was no good."""

import base64
import hashlib
import secrets
import uuid
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx

from mpp_cli.errors import CommandError

CLIENT_ID = "mpp-cli"
# Nothing listens there: the code is read from the redirect (RFC 8252, loopback).
CALLBACK = "http://127.0.0.1:49152/callback"


class Visitor:
    """Someone at the mall, signed in or not.

    Args:
        url: the mall's origin, for example "http://localhost:8080".
    """

    before_requests: ClassVar[list[Callable[[httpx.Request], None]]] = []  # called with each, of everybody

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(
            base_url=url,
            timeout=30,
            headers={"Accept-Language": "id"},
            trust_env=False,
            event_hooks={"request": list(self.before_requests)},
        )

    def sign_in(self, account: str) -> "Visitor":
        """Sign in as a demonstration account (authorisation code with PKCE); returns itself."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = self.http.get(
            "/oidc/authorize",
            params={
                "response_type": "code",
                "client_id": CLIENT_ID,
                "redirect_uri": CALLBACK,
                "scope": "openid profile",
                "state": secrets.token_urlsafe(8),
                "nonce": secrets.token_urlsafe(8),
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            },
        )
        transaction = parse_qs(urlsplit(asked.headers.get("location", "")).query).get("transaction", [""])[0]
        signed = self.http.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": account})
        code = parse_qs(urlsplit(signed.headers.get("location", "")).query).get("code", [""])[0]
        if not code:
            raise CommandError(
                f"Signing in as {account} gave {signed.status_code}, not a code.", hint="Is this a demonstration mall?"
            )
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        self.http.headers["Authorization"] = (
            f"Bearer {self.checked(self.http.post('/oidc/token', data=form)).json()['access_token']}"
        )
        return self

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a resource."""
        return self.checked(self.http.get(path, params=params)).json()

    def post(self, path: str, body: Any = None, *, version: int | None = None, **more: Any) -> Any:
        """Send JSON with a fresh Idempotency-Key; the JSON of the answer, None when it is empty."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} | ({"If-Match": f'"{version}"'} if version is not None else {})
        answer = self.checked(self.http.post(path, json=body, headers=headers, **more))
        return answer.json() if answer.content else None

    def patch(self, path: str, body: Any, *, version: int) -> Any:
        """Change what people edit; refused when it changed meanwhile."""
        return self.checked(self.http.patch(path, json=body, headers={"If-Match": f'"{version}"'})).json()

    def upload(self, path: str, requirement: str, name: str, content: bytes) -> Any:
        """Attach a file to a requirement."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        files = {"file": (name, content)}
        return self.checked(
            self.http.post(path, params={"requirement": requirement}, files=files, headers=headers)
        ).json()

    @staticmethod
    def checked(answer: httpx.Response) -> httpx.Response:
        """The answer, or an error that quotes its problem document."""
        if answer.is_success:
            return answer
        where = f"{answer.request.method} {answer.request.url.path}"
        raise CommandError(f"{where} answered {answer.status_code}: {answer.text[:600]}")
