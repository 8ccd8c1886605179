"""Builds the catalogue of its parts and runs it."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mpp_telemetry
from fastapi import FastAPI
from mpp.applications.v1 import events_pb2 as application_events
from mpp_ledger import admin
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.measures import ledger_observed
from mpp_ledger.relay import Relay
from mpp_migrations import StoredSchema
from mpp_runtime.errors import Refusal
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.health import Check
from mpp_runtime.rest import create_app
from mpp_runtime.service import run_service
from mpp_runtime.tokens import ServiceTokens, TokenVerifier
from mpp_telemetry import log
from starlette.middleware import Middleware

from mpp_catalog import clients, grpc_api, rest_api, storage
from mpp_catalog.rest_api.prepared import Prepared
from mpp_catalog.settings import CatalogSettings
from mpp_catalog.use_cases.browse import Browse
from mpp_catalog.use_cases.check_folder import check_folder, content_of
from mpp_catalog.use_cases.drafting import Drafting
from mpp_catalog.use_cases.editing_ports import Officers
from mpp_catalog.use_cases.folder import FileProblem
from mpp_catalog.use_cases.judging import Judge
from mpp_catalog.use_cases.offerings import CurrentOfferings
from mpp_catalog.use_cases.ports import MessageTemplates
from mpp_catalog.use_cases.publish import PATIENCE_SECONDS, Publish, Report
from mpp_catalog.use_cases.reviewing import Reviewing
from mpp_catalog.use_cases.search_offerings import SearchOfferings
from mpp_catalog.use_cases.unmet_demand import UnmetDemand
from mpp_catalog.use_cases.versions import Versions
from mpp_catalog.use_cases.who import Who

NAME, STREAM, SOURCE = "catalog", "CATALOG", "/mpp/catalog"
_DESCRIPTION = "What can be asked for, where, and on what terms. Everyone may read it."
# Standing is a part of the events, not one.
APPLICATION_EVENTS = frozenset(application_events.DESCRIPTOR.message_types_by_name) - {"Standing"}


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """The two faces of the catalogue, and what runs behind them."""

    app: FastAPI
    grpc: GrpcServer
    relay: Relay
    demand: UnmetDemand


@dataclass(frozen=True)
class Neighbours:
    """The other services that editing a definition needs."""

    templates: MessageTemplates
    officers: Officers


def build(
    settings: CatalogSettings, database: Database, bus: Bus, verifier: TokenVerifier, neighbours: Neighbours
) -> Parts:
    """The catalogue on a database and a bus, beside its neighbours."""
    clock = SystemClock()
    reference, offerings = storage.StoredReference(database), storage.StoredOfferings(database)
    browse, current = Browse(reference, offerings, clock), CurrentOfferings(offerings, clock)
    demand = UnmetDemand(storage.StoredUnmetSearches(database), clock)
    search = SearchOfferings(storage.SearchIndex(database), reference, clock, demand)
    app = create_app(
        settings,
        service=NAME,
        title="MPP Digital: catalog",
        description=_DESCRIPTION,
        verifier=verifier,
        checks=[
            Check("database", database.ping),
            Check("schema", StoredSchema("mpp_catalog", database.statement).check),
            Check("bus", bus.write_probe, critical=False),
        ],
    )
    schema = definition_schema(settings)
    editing = _editing(database, reference, offerings, clock, neighbours, json.loads(schema))
    app.include_router(rest_api.router(browse, current, search, demand, editing, settings.public_url, schema))
    # Innermost: the span and the log line of the runtime are around it.
    app.user_middleware.append(Middleware(Prepared, edition=current.edition))
    grpc = GrpcServer(settings, verifier, grpc_api.services(current, browse))
    return Parts(app, grpc, Relay(database, bus, STREAM, SOURCE), demand)


def _editing(
    database: Database,
    reference: storage.StoredReference,
    offerings: storage.StoredOfferings,
    clock: SystemClock,
    neighbours: Neighbours,
    schema: dict[str, Any],
) -> rest_api.Editing:
    publishing, drafts = storage.DatabasePublishing(database), storage.StoredDrafts(database)
    judge = Judge(publishing, reference, offerings, schema, APPLICATION_EVENTS)
    drafting = Drafting(drafts, offerings, judge, clock)
    reviewing = Reviewing(drafting, drafts, publishing, offerings, judge, neighbours.templates, clock)
    versions = Versions(offerings, drafts, storage.StoredRetirements(database), publishing, judge, clock)
    return rest_api.Editing(drafting, reviewing, versions, Who(neighbours.officers), judge, schema)


async def serve(settings: CatalogSettings) -> None:
    """Until SIGTERM."""
    log.configure(NAME, settings.log_level)
    mpp_telemetry.configure(settings, NAME)
    database = connect(settings)
    bus = await Bus.connect(settings, NAME)
    to_notifications, to_identity = (
        _channel(settings, settings.notifications_grpc),
        _channel(settings, settings.identity_grpc),
    )
    neighbours = Neighbours(clients.NotificationTemplates(to_notifications), clients.IdentityOfficers(to_identity))
    parts = build(settings, database, bus, TokenVerifier(settings.jwks_url, settings.public_url), neighbours)
    await run_service(
        settings,
        name=NAME,
        app=parts.app,
        grpc=parts.grpc,
        background=[parts.relay.run, parts.demand.run],
        observations=ledger_observed(database, bus, STREAM),
        close=[to_notifications.close, to_identity.close, bus.close, database.close],
    )


def check(paths: Sequence[Path]) -> list[FileProblem]:
    """The problems of these files, or of every file below these folders; each must lie below a definitions folder."""
    roots = {_root_of(path) for path in paths}
    wanted = [path.resolve() for path in paths]
    return [
        problem
        for root in sorted(roots)
        for problem in check_folder(storage.read_folder(root), APPLICATION_EVENTS)
        if any((root / problem.path).is_relative_to(path) for path in wanted)
    ]


async def seed(settings: CatalogSettings, definitions: Path, agency_keys: Path | None) -> Report:
    """Publishes a folder. Raises SystemExit with every problem of the folder, or with the reason of a refusal."""
    log.configure(NAME, settings.log_level)
    database = connect(settings)
    channel = _channel(settings, settings.notifications_grpc)
    try:
        return await publish(database, definitions, agency_keys, clients.NotificationTemplates(channel))
    except Refusal as refusal:
        lines = [refusal.detail.en, *(f"{error.field}: {error.detail.en}" for error in refusal.errors)]
        raise SystemExit("\n".join(lines)) from refusal
    finally:
        await channel.close()
        await database.close()


async def publish(
    database: Database,
    definitions: Path,
    agency_keys: Path | None,
    templates: MessageTemplates,
    patience: float = PATIENCE_SECONDS,
) -> Report:
    """What `seed` does, on a database at hand."""
    folder = await asyncio.to_thread(storage.read_folder, definitions)
    if problems := check_folder(folder, APPLICATION_EVENTS):
        raise SystemExit("\n".join(map(str, problems)))
    keys = await asyncio.to_thread(storage.read_agency_keys, agency_keys) if agency_keys else {}
    publishing, offerings = storage.DatabasePublishing(database), storage.StoredOfferings(database)
    return await Publish(publishing, offerings, templates, SystemClock(), patience).run(content_of(folder, keys))


async def events(settings: CatalogSettings, arguments: object) -> int:
    """Looks after the ledger; the exit code."""
    log.configure(NAME, settings.log_level)
    database = connect(settings)
    bus = await Bus.connect(settings, NAME)
    try:
        return await admin.run_events(arguments, database=database, bus=bus, stream=STREAM, source=SOURCE)  # type: ignore[arg-type]
    finally:
        await bus.close()
        await database.close()


def _channel(settings: CatalogSettings, target: str) -> ServiceChannel:
    tokens = ServiceTokens(settings.token_url, settings.client_id, settings.client_secret.get_secret_value())
    return ServiceChannel(target or "127.0.0.1:0", tokens, settings.tls_dir)


def connect(settings: CatalogSettings) -> Database:
    return Database.connect(settings.needed_database_url(), application_name=NAME)


def definition_schema(settings: CatalogSettings) -> bytes:
    """The file that definitions are checked with."""
    if settings.definitions_dir is None:
        sys.exit("MPP_DEFINITIONS_DIR: is needed")
    return storage.definition_schema_file(settings.definitions_dir).read_bytes()


def _root_of(path: Path) -> Path:
    for folder in (path.resolve(), *path.resolve().parents):
        if storage.definition_schema_file(folder).is_file():
            return folder
    raise SystemExit(f"{path} is not below a folder of definitions (one with schemas/service-definition.schema.json)")
