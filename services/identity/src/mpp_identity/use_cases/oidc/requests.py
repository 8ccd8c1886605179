"""Reading an authorisation request: what is shown as a page, what goes back to the client, what it asks for."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from authlib.common.urls import add_params_to_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import OAuth2Error  # type: ignore[import-untyped]
from mpp_runtime.errors import Malformed, Text

from mpp_identity.domain.clients import Client
from mpp_identity.use_cases.oidc.core import CodeGrant, Core, Loaded, Pairs, PlainRequest

PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
VISIBLE = re.compile(r"[\x20-\x7e]*", re.ASCII)
LONGEST = 2000
NOT_SUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}


class BackToClient(Exception):
    """The request ends with an error at the client: RFC 6749 §4.1.2.1."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(frozen=True)
class AuthorisationRequest:
    """A request that may be answered at the client's redirect address."""

    parameters: tuple[tuple[str, str], ...]
    client: Client
    redirect_uri: str
    state: str | None
    issuer: str

    @property
    def data(self) -> dict[str, str]:
        return {name: value for name, value in self.parameters if value}

    @property
    def prompts(self) -> frozenset[str]:
        return frozenset(self.data.get("prompt", "").split())

    @property
    def max_age(self) -> timedelta | None:
        text = self.data.get("max_age")
        return timedelta(seconds=int(text)) if text else None

    def with_error(self, error: BackToClient) -> str:
        """The redirect address with the error, RFC 9207's iss included."""
        given = [("error", error.error)] + ([("error_description", error.description)] if error.description else [])
        return self.with_parameters(given)

    def with_parameters(self, given: list[tuple[str, str]]) -> str:
        state = [("state", self.state)] if self.state else []
        return str(add_params_to_uri(self.redirect_uri, [*given, *state, ("iss", self.issuer)]))


def _page(code: str, detail: Text) -> Malformed:
    return Malformed(code, detail)


def read(core: Core, pairs: Pairs) -> AuthorisationRequest:
    """Client and redirect address first: until both are sure, errors are shown here and nobody is sent anywhere."""
    data = {name: value for name, value in pairs if value}
    repeated = {name for name, count in Counter(name for name, _ in pairs).items() if count > 1}
    if repeated & {"client_id", "redirect_uri"}:
        raise _page(
            "repeated-parameter",
            Text(
                "Permintaan masuk dari aplikasi ini tidak sah.", "The sign-in request of this application is not valid."
            ),
        )
    client = core.clients.get(data.get("client_id", ""))
    if client is None or "authorization_code" not in client.grant_types:
        raise _page(
            "client-unknown",
            Text(
                "Aplikasi yang meminta Anda masuk tidak terdaftar.",
                "The application that asks you to sign in is unknown.",
            ),
        )
    redirect_uri = data.get("redirect_uri", "")
    if not client.redirects_to(redirect_uri):
        raise _page(
            "redirect-unknown",
            Text(
                "Alamat kembali dari aplikasi ini tidak terdaftar, sehingga Anda tidak dikirim ke sana.",
                "The return address of this application is not registered, so you are not sent there.",
            ),
        )
    state = data.get("state")
    usable = state if state and len(state) <= LONGEST and VISIBLE.fullmatch(state) else None
    return AuthorisationRequest(tuple(pairs), client, redirect_uri, usable, core.mint.issuer)


def judge(core: Core, asked: AuthorisationRequest, loaded: Loaded) -> tuple[CodeGrant, PlainRequest]:
    """Everything else of the request. Raises BackToClient."""
    data = asked.data
    repeated = sorted(name for name, count in Counter(name for name, _ in asked.parameters).items() if count > 1)
    if repeated:
        raise BackToClient("invalid_request", f"{_ascii(repeated[0])} was sent more than once")
    for name, error in NOT_SUPPORTED.items():
        if name in data:
            raise BackToClient(error)
    for name in ("state", "nonce", "response_type", "scope", "prompt", "max_age"):
        value = data.get(name, "")
        if len(value) > LONGEST or not VISIBLE.fullmatch(value):
            raise BackToClient("invalid_request", f"{name} is not valid")
    if "response_type" not in data:
        raise BackToClient("invalid_request", "response_type is missing")
    if data["response_type"] != "code":
        raise BackToClient("unsupported_response_type")
    if data.get("response_mode", "query") != "query":
        raise BackToClient("invalid_request", "response_mode is not supported")
    if not asked.prompts <= PROMPTS or ("none" in asked.prompts and len(asked.prompts) > 1):
        raise BackToClient("invalid_request", "prompt is not valid")
    if not re.fullmatch(r"[0-9]{0,9}", data.get("max_age", ""), re.ASCII):
        raise BackToClient("invalid_request", "max_age is not valid")
    request = PlainRequest(asked.parameters, {}, loaded, method="GET")
    try:
        grant = core.grant_for(request)
        grant.validate_authorization_request()
    except OAuth2Error as error:
        raise BackToClient(error.error, error.get_error_description() or "") from error
    return grant, request


def _ascii(text: str) -> str:
    """RFC 6749 §4.1.2.1 allows few characters in a description."""
    return quote(text[:40], safe="")


def origin_of(uri: str) -> str:
    """For a content security policy: scheme, host and port."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
