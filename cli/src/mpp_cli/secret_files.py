"""Every secret of a mall as a file: made at the first start, kept for ever, readable by its owner only."""

import base64
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import OctKey, RSAKey

from mpp_cli.data_folder import DataFolder
from mpp_cli.keys import NatsUser, ensure_jwk_sets, ensure_nats_user, write_private

# Clients that get tokens of their own by client credentials.
SERVICE_CLIENTS = ("applications", "catalog", "identity", "notifications")
# The OpenID client of the pages.
PORTAL_CLIENT = "mpp-portal"
DATABASES = ("applications", "catalog", "identity", "notifications")
BUS_USERS = ("applications", "catalog", "identity", "notifications", "operator", "sys")


@dataclass(frozen=True)
class Secrets:
    """What the start needs in memory; everything else is handed on as a path."""

    superuser: str
    databases: dict[str, str]
    bus_users: dict[str, NatsUser]
    agency_users: dict[str, NatsUser]


def ensure_secrets(data: DataFolder, agencies: Sequence[str]) -> Secrets:
    """Makes what is missing and keeps what exists: a key made anew would make stored data unreadable."""
    folder = data.secrets
    _ensure(signing_keys(data), _new_signing_keys)
    _ensure(nik_keys(data), _new_nik_keys)
    clients = {name: _ensure(client_secret(data, name), _password) for name in (*SERVICE_CLIENTS, PORTAL_CLIENT)}
    _write_if_changed(service_clients(data), json.dumps(clients))
    _ensure(session_secret(data), _password)
    _ensure(portal_session_keys(data), _new_session_keys)
    ensure_jwk_sets(folder / "platform")
    for code in agencies:
        ensure_jwk_sets(data.agency_keys / code)
    return Secrets(
        superuser=_ensure(folder / "postgres" / "superuser", _password),
        databases={name: _ensure(folder / "postgres" / name, _password) for name in DATABASES},
        bus_users={name: ensure_nats_user(bus_seed(data, name)) for name in BUS_USERS},
        agency_users={code: ensure_nats_user(agency_seed(data, code)) for code in agencies},
    )


def signing_keys(data: DataFolder) -> Path:
    return data.secrets / "signing.jwks.json"


def nik_keys(data: DataFolder) -> Path:
    return data.secrets / "nik-keys.json"


def service_clients(data: DataFolder) -> Path:
    return data.secrets / "service-clients.json"


def client_secret(data: DataFolder, service: str) -> Path:
    return data.secrets / "clients" / service


def session_secret(data: DataFolder) -> Path:
    return data.secrets / "session-secret"


def portal_session_keys(data: DataFolder) -> Path:
    return data.secrets / "portal-session-keys.jwks.json"


def superuser_password(data: DataFolder) -> str:
    """Raises FileNotFoundError before the first start."""
    return (data.secrets / "postgres" / "superuser").read_text(encoding="utf-8")


def database_url(data: DataFolder, service: str) -> Path:
    return data.secrets / "postgres" / f"{service}.url"


def bus_seed(data: DataFolder, user: str) -> Path:
    return data.secrets / "nats" / f"{user}.seed"


def agency_seed(data: DataFolder, code: str) -> Path:
    return data.agency_keys / code / "nats.seed"


def _ensure(file: Path, make: Callable[[], str]) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        content = make()
        write_private(file, content)
        return content


def _write_if_changed(file: Path, content: str) -> None:
    if not file.exists() or file.read_text(encoding="utf-8") != content:
        write_private(file, content)


def _password() -> str:
    return secrets.token_urlsafe(32)


def _new_signing_keys() -> str:
    key = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"})
    named = {**key.as_dict(private=True), "kid": key.thumbprint()}
    return json.dumps({"keys": [named]})


def _new_session_keys() -> str:
    key = OctKey.generate_key(256)
    return json.dumps({"keys": [{**key.as_dict(private=True), "kid": key.thumbprint()}]})


def _new_nik_keys() -> str:
    return json.dumps({name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("encryption", "lookup")})
