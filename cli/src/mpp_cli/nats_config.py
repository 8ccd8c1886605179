"""The NATS server's configuration: one account for the core, one for each agency, and nothing an agency does not need.

An agency's account has no JetStream. It reaches the core only through service imports: the next of its own tasks, their
acknowledgements, its own results. The core reaches it only through what it exports: its lookups, its self-description.
Allow-lists everywhere, because deny rules were bypassed in 2026 (nats-io/advisories 2026-17, -18). No `no_auth_user`,
no MQTT, no WebSocket, no leafnodes.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CODE = re.compile(r"^[a-z][a-z0-9-]{0,30}$")
NKEY = re.compile(r"^U[A-Z2-7]{55}$")

# The largest message an agency may send, in bytes. The connector SDK refuses above it before sending: the server drops
# the connection of whoever sends a larger one.
AGENCY_MAX_PAYLOAD = 262_144
COPIES = 4
CORE_SERVICES = ("applications", "catalog", "identity", "notifications")
STREAMS = ("APPLICATIONS", "CATALOG", "IDENTITY", "NOTIFICATIONS")


@dataclass(frozen=True)
class AgencyFacts:
    """What the server must know of an agency: its code, what it answers, and how many copies it may run."""

    code: str
    lookups: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    copies: int = COPIES

    def __post_init__(self) -> None:
        if not CODE.match(self.code):
            raise ValueError(f"agency code {self.code!r}: small letters, digits and hyphens only, at most 31")
        if not 1 <= self.copies <= 64:
            raise ValueError(f"agency {self.code}: copies must be 1 to 64")

    @property
    def account(self) -> str:
        """Name of its account: "AG_SDMK"."""
        return "AG_" + self.code.upper().replace("-", "_")


@dataclass(frozen=True)
class ServerSettings:
    """Where the server listens and stores. `store` is JetStream's folder."""

    store: Path
    port: int
    http_port: int
    pid_file: Path | None = None
    log_file: Path | None = None
    name: str = "mpp"
    host: str = "127.0.0.1"


def agency_facts(document: Mapping[str, Any]) -> AgencyFacts | None:
    """Read one agency definition; None for an agency without a connector."""
    connector = document.get("connector")
    if not connector:
        return None
    return AgencyFacts(
        code=str(document["code"]),
        lookups=tuple(str(lookup["name"]) for lookup in connector.get("lookups") or ()),
        tasks=tuple(str(task["name"]) for task in connector.get("tasks") or ()),
        copies=int(connector.get("copies", COPIES)),
    )


def load_agencies(folder: Path) -> list[AgencyFacts]:
    """Read every `*.yaml` of definitions/agencies that has a connector, in order of code."""
    found: list[AgencyFacts] = []
    for path in sorted(folder.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in document if isinstance(document, list) else [document]:
            facts = agency_facts(entry)
            if facts is not None:
                found.append(facts)
    if len({facts.account for facts in found}) != len(found):
        raise ValueError("two agencies share a code")
    return sorted(found, key=lambda facts: facts.code)


def render(
    server: ServerSettings, agencies: Sequence[AgencyFacts], core: Mapping[str, str], connectors: Mapping[str, str]
) -> str:
    """Write the configuration as text.

    `core`: public nkey of each user of CORE (the four services, and "operator") and of "sys".
    `connectors`: public nkey of each agency's connector, by agency code. An agency without one gets an account nobody
    can enter, which is how an agency is revoked.
    """
    return _server(server) + "\n" + render_accounts(agencies, core, connectors)


def render_accounts(agencies: Sequence[AgencyFacts], core: Mapping[str, str], connectors: Mapping[str, str]) -> str:
    """The part that says who may say what: a file to include where the rest of the configuration is written by hand."""
    for owner, key in [*core.items(), *connectors.items()]:
        if not NKEY.match(key):
            raise ValueError(f"{owner}: {key!r} is not a public user nkey (U...)")
    missing = [name for name in (*CORE_SERVICES, "operator", "sys") if name not in core]
    if missing:
        raise ValueError(f"no key for {', '.join(missing)}")
    blocks = [
        "accounts {",
        _account("SYS", users=[_user(core["sys"], None, None)]),
        _core(agencies, core),
        *(_agency(facts, connectors.get(facts.code)) for facts in agencies),
        "}",
        "system_account: SYS",
    ]
    return "\n".join(blocks) + "\n"


def check(text: str, server_binary: Path) -> None:
    """Let `nats-server -t` judge the configuration. Raises ValueError with its words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nats.conf"
        path.write_text(text, encoding="utf-8")
        judged = subprocess.run(
            [str(server_binary), "-t", "-c", str(path)], capture_output=True, text=True, timeout=20, check=False
        )
    if judged.returncode != 0:
        raise ValueError((judged.stderr or judged.stdout).strip())


def core_permissions(service: str) -> tuple[list[str], list[str]]:
    """What a user of CORE may publish and subscribe to: (publish, subscribe)."""
    if service == "operator":
        return ["$JS.API.>", "$JS.ACK.>", "srv.>", "agency.*.lookup.>", "HEALTH.operator", "_R_.>"], [
            "_INBOX_operator.>",
            "agency.*.result",
        ]
    own = service.upper()
    streams = [own, *(stream for stream in STREAMS if stream != own)]
    publish = [f"mpp.{service}.v1.>", f"HEALTH.{service}", "$JS.API.INFO", "$JS.API.STREAM.NAMES"]
    # HEALTH is where every service proves that the server stores what it is given.
    publish += [f"$JS.API.STREAM.{verb}.{stream}" for verb in ("CREATE", "UPDATE") for stream in (own, "HEALTH")]
    for stream in streams:
        publish += _reading(stream)
    subscribe = [f"_INBOX_{service}.>"]
    if service in {"applications", "identity"}:
        publish += ["agency.*.lookup.>"]
    if service == "applications":
        publish += ["agency.*.task.*", "srv.*.>", "$JS.API.STREAM.CREATE.TASKS", "$JS.API.STREAM.UPDATE.TASKS"]
        # It makes the agencies' consumers and reads how far they are; it never takes a task from them.
        publish += ["$JS.API.STREAM.INFO.TASKS", "$JS.API.CONSUMER.INFO.TASKS.*"]
        publish += ["$JS.API.CONSUMER.CREATE.TASKS.>", "$JS.API.CONSUMER.DURABLE.CREATE.TASKS.*"]
        # `_R_` is where the server expects the answer to a request that came through an import: the receipts.
        publish += ["_R_.>"]
        subscribe += ["agency.*.result"]
    return publish, subscribe


def agency_permissions(facts: AgencyFacts) -> tuple[list[str], list[str]]:
    """What a connector may publish and subscribe to, inside its own account: (publish, subscribe)."""
    code = facts.code
    publish = ["_R_.>"]
    subscribe = [f"_INBOX_{code}.>", "$SRV.>"]
    if facts.lookups:
        subscribe += [f"agency.{code}.lookup.>"]
    if facts.tasks:
        publish += [f"$JS.API.CONSUMER.MSG.NEXT.TASKS.{code}", f"$JS.ACK.TASKS.{code}.>", f"agency.{code}.result"]
    return publish, subscribe


def _reading(stream: str) -> list[str]:
    return [
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.*",
        f"$JS.API.CONSUMER.INFO.{stream}.*",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*",
        f"$JS.ACK.{stream}.>",
    ]


def _server(server: ServerSettings) -> str:
    lines = [
        "# Made by mpp from definitions/agencies; edits are lost. Reload twice after adding an agency.",
        f"server_name: {json.dumps(server.name)}",
        f"host: {json.dumps(server.host)}",
        f"port: {server.port}",
        f'http: "127.0.0.1:{server.http_port}"',
    ]
    if server.pid_file:
        lines.append(f"pid_file: {json.dumps(str(server.pid_file))}")
    if server.log_file:
        lines.append(f"log_file: {json.dumps(str(server.log_file))}")
    # Without `always` a power cut lost every acknowledged message of the last two minutes (Jepsen, NATS 2.12.1).
    lines += ["jetstream {", f"  store_dir: {json.dumps(str(server.store))}", "  sync_interval: always", "}"]
    return "\n".join(lines)


def _core(agencies: Sequence[AgencyFacts], core: Mapping[str, str]) -> str:
    users = [_user(core[name], *core_permissions(name)) for name in (*CORE_SERVICES, "operator")]
    exports, imports = [], []
    for facts in agencies:
        for subject, streamed in _core_offers(facts):
            kind = ", response_type: stream" if streamed else ""
            exports.append(f"{{ service: {json.dumps(subject)}{kind}, accounts: [{facts.account}] }}")
        if facts.lookups:
            subject = json.dumps(f"agency.{facts.code}.lookup.>")
            imports.append(f"{{ service: {{ account: {facts.account}, subject: {subject} }} }}")
        target = json.dumps(f"srv.{facts.code}.>")
        imports.append(f'{{ service: {{ account: {facts.account}, subject: "$SRV.>" }}, to: {target} }}')
    return _account("CORE", head=["jetstream: enabled"], users=users, exports=exports, imports=imports)


def _agency(facts: AgencyFacts, public: str | None) -> str:
    # Two connections a copy, so that a rolling upgrade has room; a copy holds about twenty subscriptions.
    limits = (
        f"limits: {{ max_connections: {2 * facts.copies}, max_subscriptions: {64 * facts.copies}, "
        f"max_payload: {AGENCY_MAX_PAYLOAD}, max_leafnodes: 0 }}"
    )
    exports = ['{ service: "$SRV.>", response_type: stream, accounts: [CORE] }']
    if facts.lookups:
        subject = json.dumps(f"agency.{facts.code}.lookup.>")
        exports.append(f"{{ service: {subject}, accounts: [CORE] }}")
    imports = [
        f"{{ service: {{ account: CORE, subject: {json.dumps(subject)} }} }}" for subject, _ in _core_offers(facts)
    ]
    users = [_user(public, *agency_permissions(facts))] if public else []
    return _account(facts.account, head=[limits], users=users, exports=exports, imports=imports)


def _core_offers(facts: AgencyFacts) -> list[tuple[str, bool]]:
    """What the core offers this agency: (subject, whether one request has many answers)."""
    if not facts.tasks:
        return []
    return [
        (f"$JS.API.CONSUMER.MSG.NEXT.TASKS.{facts.code}", True),
        (f"$JS.ACK.TASKS.{facts.code}.>", False),
        (f"agency.{facts.code}.result", False),
    ]


def _user(public: str, publish: Sequence[str] | None, subscribe: Sequence[str] | None) -> str:
    if publish is None or subscribe is None:
        return f"{{ nkey: {public} }}"
    return (
        f"{{ nkey: {public}, permissions: {{\n"
        f"        publish: {{ allow: {json.dumps(list(publish))} }}\n"
        f"        subscribe: {{ allow: {json.dumps(list(subscribe))} }} }} }}"
    )


def _account(
    name: str,
    *,
    head: Sequence[str] = (),
    users: Sequence[str] = (),
    exports: Sequence[str] = (),
    imports: Sequence[str] = (),
) -> str:
    lines = [f"  {name}: {{", *(f"    {line}" for line in head)]
    for key, values in (("users", users), ("exports", exports), ("imports", imports)):
        if values:
            lines += [f"    {key}: [", *(f"      {value}" for value in values), "    ]"]
    return "\n".join([*lines, "  }"])
