"""Every Secret that deploy/k8s names, made of the files of a folder: the files `mpp up` keeps for its own mall."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from mpp_cli import secret_files
from mpp_cli.cluster.databases import databases_sql
from mpp_cli.data_folder import DataFolder
from mpp_cli.keys import ensure_jwk_sets, ensure_nats_user, write_private
from mpp_cli.nats_config import AgencyFacts, render_accounts
from mpp_cli.secret_files import Secrets, ensure_secrets

PART_OF = {"app.kubernetes.io/part-of": "mpp-digital"}
# The public part of an agency's key for the bus, as it is sent.
PUBLIC_USER = "nats.pub"
Manifest = dict[str, Any]


def write_manifests(
    data: DataFolder, agencies: Sequence[AgencyFacts], namespace: str, database_host: str, bus_authority: str = ""
) -> list[Path]:
    """Files for `kubectl apply`, readable by their owner only: the mall's, each agency's. What is in `data` is kept.

    `bus_authority`: PEM of the authority whose certificate the bus shows to agencies; empty where it speaks in clear.
    """
    own = [facts.code for facts in agencies if not _keeps_its_own(data, facts.code)]
    made = ensure_secrets(data, own)
    files = {namespace: mall(data, made, namespace, database_host, accounts(data, made, agencies))}
    files[f"{namespace}-public"] = [public_keys(data, agencies, namespace)]
    platform = _read(data.secrets / "platform" / "public.jwks.json")
    files |= {agency_namespace(code): [agency(data, code, platform, bus_authority)] for code in own}
    written = []
    for name, manifests in files.items():
        path = data.root / "manifests" / f"{name}.yaml"
        write_private(path, yaml.safe_dump_all(manifests, sort_keys=False))
        written.append(path)
    for secret in files[namespace]:
        # The same for a secret store: one entry a Secret, a flat JSON object.
        entry = data.root / "entries" / f"{secret['metadata']['name']}.json"
        write_private(entry, json.dumps(secret["stringData"], indent=1) + "\n")
    return written


def agency_namespace(code: str) -> str:
    """The namespace deploy/k8s/connectors gives an agency."""
    return f"agency-{code}"


def mall(data: DataFolder, made: Secrets, namespace: str, database_host: str, bus_accounts: str) -> list[Manifest]:
    """The Secrets of the services, the bus and the database."""

    def of_service(name: str) -> dict[str, str]:
        password = made.databases[name]
        return {
            "database-url": f"postgresql://{name}:{password}@{database_host}:5432/{name}",
            "nats-seed": made.bus_users[name].seed,
            "client-secret": _read(secret_files.client_secret(data, name)),
        }

    identity = of_service("identity") | {
        "nik-keys.json": _read(secret_files.nik_keys(data)),
        "signing-keys.jwks.json": _read(secret_files.signing_keys(data)),
        "service-clients.json": _read(secret_files.service_clients(data)),
        "session-secret": _read(secret_files.session_secret(data)),
    }
    # Identity is the issuer: it has no secret of its own to show.
    del identity["client-secret"]
    contents = {
        "catalog": of_service("catalog"),
        "identity": identity,
        "applications": of_service("applications")
        | {"platform-keys.jwks.json": _read(data.secrets / "platform" / "private.jwks.json")},
        "notifications": of_service("notifications"),
        "portal": {
            "client-secret": _read(secret_files.client_secret(data, secret_files.PORTAL_CLIENT)),
            "session-keys.jwks.json": _read(secret_files.portal_session_keys(data)),
        },
        "postgres": {"superuser": made.superuser, "databases.sql": databases_sql(made.databases)},
        "nats-accounts": {"accounts.conf": bus_accounts},
        **{f"postgres-{name}": {"username": name, "password": value} for name, value in made.databases.items()},
    }
    return [_secret(name, namespace, content) for name, content in contents.items()]


def public_keys(data: DataFolder, agencies: Sequence[AgencyFacts], namespace: str) -> Manifest:
    """What the catalogue publishes of each agency: no secret."""
    keys = {f"{facts.code}.jwks.json": _read(data.agency_keys / facts.code / "public.jwks.json") for facts in agencies}
    return {**_object("ConfigMap", "agency-keys", namespace), "data": keys}


def write_agency(data: DataFolder, code: str, platform: str, bus_authority: str = "") -> Path:
    """For an agency that keeps its keys to itself: makes them once, and the one Secret its connector needs."""
    user = ensure_nats_user(secret_files.agency_seed(data, code))
    ensure_jwk_sets(data.agency_keys / code)
    write_private(data.agency_keys / code / PUBLIC_USER, user.public + "\n")
    path = data.root / "manifests" / f"{agency_namespace(code)}.yaml"
    write_private(path, yaml.safe_dump(agency(data, code, platform, bus_authority), sort_keys=False))
    return path


def agency(data: DataFolder, code: str, platform: str, bus_authority: str) -> Manifest:
    """The one Secret of an agency's connector; in it nothing of the core but the platform's public keys."""
    keys = data.agency_keys / code
    content = {
        "nats-seed": _read(secret_files.agency_seed(data, code)),
        "keys.jwks.json": _read(keys / "private.jwks.json"),
        "platform.jwks.json": platform,
    }
    if bus_authority:
        content["nats-ca.crt"] = bus_authority
    return _secret("connector", agency_namespace(code), content)


def accounts(data: DataFolder, made: Secrets, agencies: Sequence[AgencyFacts]) -> str:
    """The part of the bus's configuration that is made; the rest lies in deploy/k8s."""
    connectors = {code: user.public for code, user in made.agency_users.items()}
    for facts in agencies:
        if facts.code not in connectors:
            connectors[facts.code] = _read(data.agency_keys / facts.code / PUBLIC_USER)
    return render_accounts(agencies, {name: user.public for name, user in made.bus_users.items()}, connectors)


def _keeps_its_own(data: DataFolder, code: str) -> bool:
    """Whether an agency sent its public keys: then nothing private of it is here."""
    return (data.agency_keys / code / PUBLIC_USER).exists() and not secret_files.agency_seed(data, code).exists()


def _secret(name: str, namespace: str, content: Mapping[str, str]) -> Manifest:
    kind = "kubernetes.io/basic-auth" if set(content) == {"username", "password"} else "Opaque"
    return {**_object("Secret", name, namespace), "type": kind, "stringData": dict(content)}


def _object(kind: str, name: str, namespace: str) -> Manifest:
    metadata = {"name": name, "namespace": namespace, "labels": dict(PART_OF)}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
