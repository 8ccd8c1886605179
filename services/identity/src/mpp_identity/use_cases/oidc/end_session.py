"""RP-initiated logout 1.0."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from mpp_runtime.errors import Malformed, Text

from mpp_identity.domain.clients import Client
from mpp_identity.use_cases.oidc.authorise import SignedIn
from mpp_identity.use_cases.oidc.core import Core, Pairs
from mpp_identity.use_cases.ports import Tokens


@dataclass(frozen=True)
class EndRequest:
    """`location`: where to go afterwards, if the client registered it. `ask`: the person must confirm first."""

    location: str | None
    ask: bool


class EndSession:
    def __init__(self, core: Core, tokens: Tokens) -> None:
        self._core = core
        self._tokens = tokens

    def read(self, pairs: Pairs, who: SignedIn | None) -> EndRequest:
        """A hint with an ID token of ours for this very person needs no question: the page that has it signed them in.

        Raises Malformed for an address that is not registered, so that nobody is sent to a stranger's page.
        """
        data = {name: value for name, value in pairs if value}
        if any(count > 1 for count in Counter(name for name, _ in pairs).values()):
            raise _refused()
        claims = self._tokens.read(data["id_token_hint"], "JWT") if "id_token_hint" in data else None
        if "id_token_hint" in data and (claims is None or claims.get("iss") != self._core.mint.issuer):
            raise _refused()
        named, hinted = data.get("client_id"), str(claims["aud"]) if claims else None
        if named and hinted and named != hinted:
            raise _refused()
        client = self._core.clients.get(named or hinted or "")
        location = self._location(client, data)
        hint_is_ours = bool(claims and who and claims.get("sub") == str(who.account.id))
        return EndRequest(location, ask=who is not None and not hint_is_ours)

    def _location(self, client: Client | None, data: dict[str, str]) -> str | None:
        uri = data.get("post_logout_redirect_uri")
        if uri is None:
            return None
        if client is None or uri not in client.post_logout_redirect_uris:
            raise _refused()
        state = data.get("state")
        return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}" if state else uri


def _refused() -> Malformed:
    return Malformed(
        "end-session-refused",
        Text(
            "Permintaan keluar dari aplikasi ini tidak sah.", "The sign-out request of this application is not valid."
        ),
    )
