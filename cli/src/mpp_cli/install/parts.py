"""Which secret goes to whom: one folder a part of the mall, filled from the secrets that were made once."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from mpp_cli import secret_files
from mpp_cli.data_folder import DataFolder
from mpp_cli.keys import write_private
from mpp_cli.nats_config import AgencyFacts, ServerSettings, render
from mpp_cli.secret_files import Secrets

POSTGRES = "postgres:5432"
# Where the bus keeps its store and listens, inside its container.
BUS = ServerSettings(store=Path("/data"), port=4222, http_port=8222, host="0.0.0.0")  # noqa: S104


def parts(data: DataFolder, secrets: Secrets, agencies: Sequence[AgencyFacts]) -> Iterator[tuple[str, str, str]]:
    """(part, file, content) of every secret there is; the same secrets give the same contents."""
    yield from _servers(secrets, agencies)
    for service, password in secrets.databases.items():
        yield service, "database-url", f"postgresql://{service}:{password}@{POSTGRES}/{service}"
        yield service, "nats-seed", secrets.bus_users[service].seed
        yield service, "client-secret", _read(secret_files.client_secret(data, service))
    yield "identity", "nik-keys.json", _read(secret_files.nik_keys(data))
    yield "identity", "signing-keys.json", _read(secret_files.signing_keys(data))
    yield "identity", "service-clients.json", _read(secret_files.service_clients(data))
    yield "identity", "session-secret", _read(secret_files.session_secret(data))
    yield "applications", "platform.jwks.json", _read(data.secrets / "platform" / "private.jwks.json")
    yield "portal", "client-secret", _read(secret_files.client_secret(data, secret_files.PORTAL_CLIENT))
    yield "portal", "session-key", _read(secret_files.portal_session_keys(data))
    for agency in agencies:
        own = data.agency_keys / agency.code
        yield "catalog", f"agencies/{agency.code}/public.jwks.json", _read(own / "public.jwks.json")
        yield agency.code, "nats-seed", secrets.agency_users[agency.code].seed
        yield agency.code, "keys.jwks.json", _read(own / "private.jwks.json")
        yield agency.code, "platform.jwks.json", _read(data.secrets / "platform" / "public.jwks.json")


def _servers(secrets: Secrets, agencies: Sequence[AgencyFacts]) -> Iterator[tuple[str, str, str]]:
    core = {name: user.public for name, user in secrets.bus_users.items()}
    connectors = {code: user.public for code, user in secrets.agency_users.items()}
    yield "nats", "nats.conf", render(BUS, agencies, core, connectors)
    yield "postgres", "superuser", secrets.superuser
    yield "databases", "superuser", secrets.superuser
    yield "databases", "passwords.json", json.dumps(secrets.databases)


def hand_out(files: Iterator[tuple[str, str, str]], to: Path, owner: int) -> list[str]:
    """Writes what differs into `to/<part>` for the parts that have a folder there; returns what was written.

    A folder and its files belong to `owner` (user and group id) and are closed to everybody else. Only the database
    server's are open to readers: it runs as a user of its own image, and nobody else has that folder.
    """
    written = []
    for part, name, content in files:
        place = to / part / name
        if not (to / part).is_dir():
            continue
        if not place.exists() or _read(place) != content:
            write_private(place, content)
            written.append(f"{part}/{name}")
        if part == "postgres":
            place.chmod(0o444)
    if os.getuid() == 0:
        for folder in sorted(to.iterdir()):
            for path in (folder, *folder.rglob("*")):
                os.chown(path, owner, owner)
    return written


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
