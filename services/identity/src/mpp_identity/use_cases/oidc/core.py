"""Authlib's authorisation server without a framework and without I/O.

Authlib judges a request synchronously. So whatever it may ask for is loaded before (`Loaded`), and what it decides is
read from the request afterwards (`PlainRequest.issued`, `.new_code`, `.replayed`) and written by the use case, in the
same transaction. Nothing here waits.
"""

import base64
import binascii
import re
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Payload,
    OAuth2Request,
    grants,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636.challenge import compare_s256_code_challenge  # type: ignore[import-untyped]

from mpp_identity.domain.accounts import Account
from mpp_identity.domain.clients import Client, granted_scope
from mpp_identity.domain.grants import ACCESS_LIFE, Code, Family, RefreshToken
from mpp_identity.use_cases.oidc.mint import Mint

METHODS = ["client_secret_basic", "client_secret_post", "none"]
S256 = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer: a JSON object or text, and headers."""

    status: int
    body: Any
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Loaded:
    """What is known of the code or refresh token in the request, and of its account."""

    now: datetime
    code: Code | None = None
    refresh: RefreshToken | None = None
    account: Account | None = None
    family: Family | None = None  # of an access token to revoke


class Payload(OAuth2Payload):  # type: ignore[misc]
    """Parameters; Authlib reads single values, so callers refuse repeated ones first."""

    def __init__(self, pairs: Pairs) -> None:
        self._datalist: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._datalist[name].append(value)
        # RFC 6749 §3.1: a parameter without a value counts as one that was not sent.
        self._data = {name: values[0] for name, values in self._datalist.items() if values[0]}

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return self._datalist


class PlainRequest(OAuth2Request):  # type: ignore[misc]
    """A request of any framework. The address only satisfies Authlib's check: settings decide on https."""

    def __init__(self, pairs: Pairs, headers: Mapping[str, str], loaded: Loaded, *, method: str = "POST") -> None:
        super().__init__(method, "https://provider/", headers=headers)
        self.payload = Payload(pairs)
        self.loaded = loaded
        self.issued: dict[str, Any] | None = None
        self.new_code: str | None = None
        self.replayed = False
        self.revoked: Family | None = None

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


@dataclass(frozen=True)
class ClientView:
    """A client as Authlib asks for it."""

    client: Client

    def get_client_id(self) -> str:
        return self.client.id

    def get_default_redirect_uri(self) -> None:
        return None  # always to be named (OpenID Connect Core §3.1.2.1)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        return granted_scope(scope or "") or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return self.client.redirects_to(redirect_uri)

    def check_client_secret(self, secret: str) -> bool:
        return self.client.has_secret(secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in self.client.auth_methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and "authorization_code" in self.client.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.client.grant_types


@dataclass(frozen=True)
class CodeView:
    """A code as Authlib asks for it."""

    code: Code
    code_challenge: str | None = field(init=False)
    code_challenge_method: str | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code_challenge", self.code.code_challenge)
        object.__setattr__(self, "code_challenge_method", self.code.code_challenge_method)

    def get_redirect_uri(self) -> str:
        return self.code.redirect_uri

    def get_scope(self) -> str:
        return self.code.scope


@dataclass(frozen=True)
class TokenView:
    """A refresh token, or the family of an access token, as Authlib asks for it."""

    family: Family

    def check_client(self, client: ClientView) -> bool:
        return self.family.client_id == client.client.id

    def get_scope(self) -> str:
        return self.family.scope


class _Issuing:
    """The token answer of both grants that belong to a person."""

    request: Any
    server: Any

    def generate_token(
        self, user: Account, scope: str, grant_type: str | None = None, expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:  # fmt: skip
        request: PlainRequest = self.request
        code, refresh = request.loaded.code, request.loaded.refresh
        grant = code or refresh
        if grant is None:
            raise RuntimeError("a token without a grant")
        mint: Mint = self.server.mint
        access = mint.access_token(user, grant.family, scope)
        token = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "scope": scope,
        }
        if include_refresh_token:
            token["refresh_token"] = secrets.token_urlsafe(32)
        if "openid" in scope.split():
            token["id_token"] = mint.id_token(user, grant.family, access, code.nonce if code else None)
        return token


class CodeGrant(_Issuing, grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: PlainRequest) -> None:
        request.new_code = code

    def query_authorization_code(self, _code: str, client: ClientView) -> CodeView | None:
        code, now = self.request.loaded.code, self.request.loaded.now
        if code is None or code.family.client_id != client.client.id:
            return None
        if code.used_at is not None:
            self.request.replayed = True
            return None
        return CodeView(code) if now < code.expires_at and code.family.good(now) else None

    def delete_authorization_code(self, authorization_code: CodeView) -> None:
        """Marked as used by the use case, and kept so that a second use is noticed."""

    def authenticate_user(self, _authorization_code: CodeView) -> Account | None:
        return _active(self.request.loaded)


class RefreshGrant(_Issuing, grants.RefreshTokenGrant):  # type: ignore[misc]
    """A public client's refresh token is good once. A confidential client's is bound to its secret and stays good
    (RFC 9700 §4.14.2 asks for one of the two): several tabs, or an answer lost on the way, must not end a session."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:
        return not self.request.client.client.confidential

    def authenticate_refresh_token(self, _refresh_token: str) -> TokenView | None:
        loaded: Loaded = self.request.loaded
        token = loaded.refresh
        if token is None or token.family.client_id != self.request.client.client.id:
            return None
        if token.used_at is not None:
            self.request.replayed = True
            return None
        good = loaded.now < token.expires_at and token.family.good(loaded.now) and _active(loaded)
        return TokenView(token.family) if good else None

    def authenticate_user(self, _refresh_token: TokenView) -> Account | None:
        return _active(self.request.loaded)

    def revoke_old_credential(self, refresh_token: TokenView) -> None:
        """Marked as used by the use case."""


class ServiceGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS[:2]

    def validate_requested_scope(self) -> None:
        if self.request.payload.scope:
            raise InvalidScopeError("Services have no scopes.")

    def generate_token(self, **_asked: Any) -> dict[str, Any]:
        return {
            "access_token": self.server.mint.service_token(self.request.client.client.id),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
        }


class S256Challenge(CodeChallenge):  # type: ignore[misc]
    """PKCE by S256 alone; a confidential client may be registered without it."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    CODE_CHALLENGE_METHODS: ClassVar = {"S256": compare_s256_code_challenge}

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        challenge, method = data.get("code_challenge"), data.get("code_challenge_method")
        if challenge is None and method is None and not grant.request.client.client.requires_pkce:
            return
        if challenge is None:
            raise InvalidRequestError("A code_challenge is required.")
        if method != "S256":
            raise InvalidRequestError("The code_challenge_method must be S256.")
        if not S256.fullmatch(challenge):
            raise InvalidRequestError("The code_challenge is not valid.")


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, _token: str, _hint: str | None) -> None:
        raise NotImplementedError("authenticate_token reads what was loaded")

    def authenticate_token(self, request: PlainRequest, client: ClientView) -> TokenView | None:
        if "token" not in request.form:
            raise InvalidRequestError("The token is missing.")
        refresh = request.loaded.refresh
        family = refresh.family if refresh else request.loaded.family
        # Somebody else's token answers like an unknown one: nothing is revoked and nothing is learnt.
        return TokenView(family) if family and family.client_id == client.client.id else None

    def revoke_token(self, token: TokenView, request: PlainRequest) -> None:
        request.revoked = token.family


class Core(AuthorizationServer):  # type: ignore[misc]
    """The server: clients are configuration, all else comes with the request."""

    def __init__(self, clients: Mapping[str, Client], mint: Mint) -> None:
        super().__init__()
        self.clients = clients
        self.mint = mint
        self.register_client_auth_method("client_secret_basic", _client_secret_basic)
        self.register_grant(CodeGrant, [S256Challenge(required=False)])
        self.register_grant(RefreshGrant)
        self.register_grant(ServiceGrant)
        self.register_endpoint(Revocation)

    def query_client(self, client_id: str) -> ClientView | None:
        client = self.clients.get(client_id)
        return ClientView(client) if client else None

    def save_token(self, token: dict[str, Any], request: PlainRequest) -> None:
        request.issued = token

    def create_oauth2_request(self, request: PlainRequest) -> PlainRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Reply:
        # RFC 7617 asks for a realm, which Authlib leaves out.
        named = tuple(
            (name, value.replace("Basic ", 'Basic realm="mpp", ', 1) if name == "WWW-Authenticate" else value)
            for name, value in headers
        )
        return Reply(status, dict(body) if isinstance(body, list) else body, named)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def grant_for(self, request: PlainRequest) -> CodeGrant:
        """The code grant of an authorisation request whose response_type is known to be "code"."""
        grant = self.get_authorization_grant(request)
        if not isinstance(grant, CodeGrant):
            raise TypeError("only the code flow is offered")
        return grant


def _active(loaded: Loaded) -> Account | None:
    return loaded.account if loaded.account and loaded.account.active else None


def _client_secret_basic(query_client: Any, request: PlainRequest) -> ClientView | None:
    """RFC 6749 §2.3.1. Authlib's own breaks on bytes that are no text, and does not turn + into a space."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    if "client_secret" in request.payload.data:
        raise InvalidRequestError("More than one way of client authentication was used.")
    refused = InvalidClientError("The client is unknown or its secret is wrong.", status_code=401)
    try:
        name, colon, secret = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise refused from error
    client: ClientView | None = query_client(unquote_plus(name)) if colon else None
    if client is None or not client.check_client_secret(unquote_plus(secret)):
        raise refused
    if request.payload.client_id not in (None, client.client.id):
        raise refused
    return client


__all__ = ["Core", "Loaded", "Pairs", "PlainRequest", "Reply"]
