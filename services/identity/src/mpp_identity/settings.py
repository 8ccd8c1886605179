"""What identity reads from its environment, beside what every service reads."""

import hashlib
import json
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from mpp_runtime.errors import Text
from mpp_runtime.settings import Settings
from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError, field_validator, model_validator

from mpp_identity.domain.clients import Client

PORTAL = "mpp-portal"
CLI = "mpp-cli"
LOGIN = frozenset({"authorization_code", "refresh_token"})


class RegisteredClient(BaseModel):
    """A client that is not of this suite, one entry of MPP_OIDC_CLIENTS_FILE."""

    model_config = ConfigDict(extra="forbid")

    client_id: str
    client_name: str
    client_name_en: str | None = None
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    client_secret: SecretStr | None = None
    native: bool = False
    require_pkce: bool = True

    @model_validator(mode="after")
    def _public_clients_prove_themselves_by_pkce(self) -> Self:
        if self.client_secret is None and not self.require_pkce:
            raise ValueError("a client without a secret needs PKCE")
        return self


class IdentitySettings(Settings):
    """Settings of identity.

    Attributes:
        nik_keys: JSON {"encryption": base64 of 32 bytes or {version: base64}, "lookup": base64 of 32 bytes}.
        signing_keys: private JWK set, RS256; the first key signs.
        service_clients: JSON {service: secret} for client credentials.
        session_secret: signs sign-in transactions.
        oidc_clients: JSON list of clients that are not of this suite.
        demo_dir: folder with people.yaml and officers.yaml, in the demonstration only.
        codes_an_address: one-time codes one network address may ask for in 15 minutes.
        verify_seconds: how often those are looked for whose population agency was away.
    """

    # Identity is the issuer: it needs no address of one and no secret of its own.
    jwks_url: str = ""
    token_url: str = ""
    client_id: str = "identity"
    client_secret: SecretStr = SecretStr("")

    database_url: SecretStr
    catalog_grpc: str
    notifications_grpc: str
    nik_keys: SecretStr
    signing_keys: SecretStr
    service_clients: SecretStr = SecretStr("{}")
    session_secret: SecretStr
    oidc_clients: SecretStr = SecretStr("[]")
    demo_dir: Path | None = None
    codes_an_address: int = 60
    verify_seconds: float = 2.0

    @field_validator("session_secret")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().encode()) < 32:
            raise ValueError("must be at least 32 bytes")
        return value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ValueError("must be an origin without a path, like https://mpp.example.go.id")
        return value

    @model_validator(mode="after")
    def _safe(self) -> Self:
        host = urlsplit(self.public_url).hostname
        if self.environment == "production" and not self.secure and host not in ("localhost", "127.0.0.1"):
            raise ValueError("MPP_PUBLIC_URL must be https in production")
        if self.environment == "demo" and self.demo_dir is None:
            raise ValueError("MPP_DEMO_DIR is needed in the demonstration")
        return self

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    def keys(self) -> dict[str, Any]:
        """`nik_keys` read. Raises ValueError."""
        keys = json.loads(self.nik_keys.get_secret_value())
        if not isinstance(keys, dict) or not {"encryption", "lookup"} <= keys.keys():
            raise ValueError("MPP_NIK_KEYS needs encryption and lookup")
        return keys

    def clients(self) -> dict[str, Client]:
        """All clients by id: the suite's own, its services, and those registered in a file. Raises ValueError."""
        secrets = TypeAdapter(dict[str, str]).validate_json(self.service_clients.get_secret_value())
        try:
            registered = TypeAdapter(list[RegisteredClient]).validate_json(self.oidc_clients.get_secret_value())
        except ValidationError as error:
            raise ValueError(
                f"MPP_OIDC_CLIENTS: {error.error_count()} errors, the first at {error.errors()[0]['loc']}"
            ) from None
        own = [
            Client(
                PORTAL, Text("Portal MPP Digital", "the MPP Digital portal"), LOGIN, (f"{self.public_url}/callback",),
                (self.public_url, f"{self.public_url}/"), _hash(secrets.get(PORTAL)), first_party=True,
            ),
            Client(
                CLI, Text("perintah mpp", "the mpp command"), LOGIN, ("http://127.0.0.1/callback", "http://[::1]/callback"),
                native=True,
                first_party=True,
            ),
        ]  # fmt: skip
        services = [
            Client(
                name, Text(name, name), frozenset({"client_credentials"}), secret_hash=_hash(secret), first_party=True
            )
            for name, secret in secrets.items()
            if name != PORTAL
        ]
        others = [
            Client(
                client.client_id, Text(client.client_name, client.client_name_en or client.client_name), LOGIN,
                client.redirect_uris, client.post_logout_redirect_uris,
                _hash(client.client_secret.get_secret_value()) if client.client_secret else None,
                native=client.native, requires_pkce=client.require_pkce,
            )
            for client in registered
        ]  # fmt: skip
        clients = [*own, *services, *others]
        if len({client.id for client in clients}) < len(clients):
            raise ValueError("two clients have the same id")
        return {client.id: client for client in clients}


def _hash(secret: str | None) -> bytes | None:
    return hashlib.sha256(secret.encode()).digest() if secret else None
