"""OAuth clients, and which redirects are theirs."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

from mpp_runtime.errors import Text

AuthMethod = Literal["none", "client_secret_basic", "client_secret_post"]

SCOPES = ("openid", "profile", "email", "phone")
# RFC 8252 §7.3: a native app listens on a port the system gives it, on the loopback address itself.
LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|\[::1\])(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#]*)?", re.ASCII)


def _loopback_path(uri: str) -> str | None:
    match = LOOPBACK.fullmatch(uri)
    if match is None or (match["port"] and not 0 < int(match["port"]) < 65536):
        return None
    return match["path"] or "/"


@dataclass(frozen=True)
class Client:
    """A registered client. `secret_hash` is SHA-256 of a random secret; None for a public client.

    `first_party`: part of this suite, so that nobody is asked to consent to the pages they are already using.
    """

    id: str
    name: Text
    grant_types: frozenset[str]
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    secret_hash: bytes | None = None
    native: bool = False
    first_party: bool = False
    requires_pkce: bool = True

    @property
    def confidential(self) -> bool:
        return self.secret_hash is not None

    def redirects_to(self, uri: str) -> bool:
        """Exact comparison (RFC 9700 §2.1); a native client's loopback address may have any port."""
        if uri in self.redirect_uris:
            return True
        path = _loopback_path(uri) if self.native else None
        return path is not None and any(path == _loopback_path(own) for own in self.redirect_uris)

    def has_secret(self, secret: str) -> bool:
        given = hashlib.sha256(secret.encode()).digest()
        return self.secret_hash is not None and hmac.compare_digest(given, self.secret_hash)

    @property
    def auth_methods(self) -> frozenset[AuthMethod]:
        return (
            frozenset({"none"})
            if self.secret_hash is None
            else frozenset({"client_secret_basic", "client_secret_post"})
        )


def granted_scope(asked: str) -> str:
    """What of the asked scope this provider knows; OpenID Connect Core §3.1.2.1 asks to ignore the rest."""
    wanted = asked.split(" ")
    return " ".join(scope for scope in SCOPES if scope in wanted)
