"""Builds identity and runs it: reads top to bottom."""

import argparse
import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import mpp_telemetry
import yaml
from fastapi import FastAPI
from mpp.identity.v1 import identity_pb2, identity_pb2_grpc
from mpp_ledger.admin import run_events
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.measures import ledger_observed
from mpp_ledger.relay import Relay
from mpp_lookups import AgencyLookups
from mpp_runtime.errors import TryLater
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.health import Check
from mpp_runtime.ids import new_id
from mpp_runtime.rest import create_app
from mpp_runtime.service import run_service
from mpp_runtime.tokens import ServiceTokens, TokenVerifier
from mpp_telemetry import log
from pydantic import TypeAdapter

from mpp_identity import pages
from mpp_identity.clients.agency_keys import CatalogKeys
from mpp_identity.clients.codes import NotificationCodes
from mpp_identity.clients.population import PopulationAgency
from mpp_identity.clients.signing import SigningKeys
from mpp_identity.domain.keyed_hash import KeyedHash
from mpp_identity.grpc_api import MandatesServicer, OfficersServicer, PeopleServicer
from mpp_identity.pages.rendering import Site
from mpp_identity.rest_api import me, oidc, people
from mpp_identity.settings import IdentitySettings
from mpp_identity.storage import Cipher, DatabaseStore
from mpp_identity.use_cases.administration import Administration, OfficerEntry, PersonEntry
from mpp_identity.use_cases.demo import DemoSignIn
from mpp_identity.use_cases.oidc.authorise import Authorise
from mpp_identity.use_cases.oidc.core import Core
from mpp_identity.use_cases.oidc.end_session import EndSession
from mpp_identity.use_cases.oidc.mint import Mint
from mpp_identity.use_cases.oidc.token_endpoint import TokenEndpoint
from mpp_identity.use_cases.particulars import Particulars
from mpp_identity.use_cases.ports import Codes, Population, World
from mpp_identity.use_cases.profile import Profile
from mpp_identity.use_cases.sessions import Sessions
from mpp_identity.use_cases.sign_in import SignIn
from mpp_identity.use_cases.sign_up import SignUp
from mpp_identity.use_cases.verify_person import VerifyPerson

STREAM, SOURCE = "IDENTITY", "/mpp/identity"
DESCRIPTION = "Who you are, for whom you act, who looked at your data. Sign-in is OpenID Connect, see discovery."
CLEAN_SECONDS = 3600.0
_log = log.get_logger(__name__)


class OwnServiceTokens(ServiceTokens):
    """This provider's own service token: signed here, because at start nobody answers at its token endpoint yet."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint

    async def get(self) -> str:
        return self._mint.service_token("identity")

    def forget(self) -> None:
        """Nothing is kept: each call has a fresh one."""


@dataclass(frozen=True)
class Identity:
    """The service without its surroundings: what tests build with a fake `Codes` and `Population`."""

    app: FastAPI
    grpc: GrpcServer
    administration: Administration
    verify: VerifyPerson
    demo: DemoSignIn | None


async def serve(settings: IdentitySettings) -> None:
    """Serves until SIGTERM."""
    log.configure("identity", settings.log_level)
    mpp_telemetry.configure(settings, "identity")

    database = Database.connect(settings.database_url.get_secret_value(), application_name="identity")
    bus = await Bus.connect(settings, "identity")
    keys = SigningKeys(settings.signing_keys.get_secret_value())
    world = build_world(settings, database)
    tokens = OwnServiceTokens(Mint(world, keys, settings.public_url))
    to_catalog = ServiceChannel(settings.catalog_grpc, tokens)
    to_notifications = ServiceChannel(settings.notifications_grpc, tokens)

    identity = build(
        settings,
        world,
        keys,
        codes=NotificationCodes(to_notifications),
        population=PopulationAgency(AgencyLookups(bus.nc, CatalogKeys(to_catalog))),
        checks=[Check("database", database.ping), Check("bus", bus.write_probe, critical=False)],
    )
    if identity.demo:
        await identity.administration.load_officers(identity.demo.officers, synthetic=True)
        await identity.administration.load_synthetic_people(identity.demo.people)

    await run_service(
        settings,
        name="identity",
        app=identity.app,
        grpc=identity.grpc,
        background=[
            Relay(database, bus, STREAM, SOURCE).run,
            repeat(identity.verify.ask_due, settings.verify_seconds),
            repeat(identity.administration.clean, CLEAN_SECONDS),
        ],
        observations=ledger_observed(database, bus, STREAM),
        close=[to_catalog.close, to_notifications.close, bus.close, database.close],
    )


def build_world(settings: IdentitySettings, database: Database) -> World:
    nik_keys = settings.keys()
    hashes = KeyedHash(base64.b64decode(nik_keys["lookup"], validate=True))
    store = DatabaseStore(database, Cipher.from_json(nik_keys["encryption"]), hashes)
    return World(store, hashes, now=lambda: datetime.now(UTC), new_id=new_id)


def build(
    settings: IdentitySettings,
    world: World,
    keys: SigningKeys,
    *,
    codes: Codes,
    population: Population,
    checks: list[Check],
    equal_after: float = 0.8,
) -> Identity:
    """Use cases, then what speaks for them."""
    core = Core(settings.clients(), Mint(world, keys, settings.public_url))
    administration = Administration(world)
    sessions = Sessions(world)
    verify = VerifyPerson(world, population)
    sign_up = SignUp(world, codes, verify, settings.codes_an_address)
    sign_in = SignIn(world, codes, settings.codes_an_address, equal_after)
    profile = Profile(world, codes, settings.clients(), settings.codes_an_address)
    particulars = Particulars(world)
    signatures = KeyedHash(settings.session_secret.get_secret_value().encode())
    authorise = Authorise(world, core, keys, signatures)
    demo = load_demo(world, settings.demo_dir) if settings.environment == "demo" and settings.demo_dir else None

    # The provider checks tokens with its own keys: it must not ask itself over HTTP.
    verifier = TokenVerifier(keys.jwks, settings.public_url)
    app = create_app(
        settings, service="identity", title="Identity", description=DESCRIPTION, verifier=verifier, checks=checks
    )
    app.include_router(people.router(sign_up, verify))
    app.include_router(me.router(profile))
    app.include_router(oidc.router(TokenEndpoint(world, core, keys), keys.public(), settings.public_url))
    site = Site(settings.public_url, settings.secure, demo is not None)
    flow = pages.Flow(site, authorise, sessions)
    app.include_router(pages.router(flow, sign_in, sign_up, EndSession(core, keys), demo))

    services = identity_pb2.DESCRIPTOR.services_by_name
    add = identity_pb2_grpc
    grpc = GrpcServer(
        settings,
        verifier,
        [
            (add.add_PeopleServicer_to_server, PeopleServicer(particulars), services["People"]),
            (add.add_OfficersServicer_to_server, OfficersServicer(particulars), services["Officers"]),
            (add.add_MandatesServicer_to_server, MandatesServicer(particulars), services["Mandates"]),
        ],
    )
    return Identity(app, grpc, administration, verify, demo)


def read_officers(path: Path) -> list[OfficerEntry]:
    """Raises ValueError (pydantic) with the place of what is wrong."""
    return TypeAdapter(list[OfficerEntry]).validate_python(yaml.safe_load(path.read_text("utf-8")))


def load_demo(world: World, folder: Path) -> DemoSignIn:
    """The one place where demonstration people and officers come from."""
    people_ = TypeAdapter(list[PersonEntry]).validate_python(
        yaml.safe_load((folder / "people.yaml").read_text("utf-8"))
    )
    return DemoSignIn(world, people_, read_officers(folder / "officers.yaml"))


def repeat(work: Callable[[], Awaitable[Any]], seconds: float) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A background task: `work` again and again, a database away not being the end of it."""

    async def run(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await work()
            except TryLater as refusal:
                _log.warning("background work waits", code=refusal.code)
            try:
                await asyncio.wait_for(stop.wait(), seconds)
            except TimeoutError:
                continue

    return run


async def administer(settings: IdentitySettings, arguments: argparse.Namespace) -> int:
    """`officers`, `disable` and `enable`; the exit code."""
    log.configure("identity", settings.log_level)
    database = Database.connect(settings.database_url.get_secret_value(), application_name="identity administration")
    administration = Administration(build_world(settings, database))
    try:
        if arguments.command == "officers":
            changed = await administration.load_officers(read_officers(arguments.file))
            print(f"{changed} officers added or changed")
        else:
            account = await administration.set_active(UUID(arguments.account), arguments.command == "enable")
            print(f"{account.id} is {account.status}")
    finally:
        await database.close()
    return 0


async def events(settings: IdentitySettings, arguments: argparse.Namespace) -> int:
    """The ledger's commands; the exit code."""
    log.configure("identity", settings.log_level)
    database = Database.connect(settings.database_url.get_secret_value(), application_name="identity events")
    bus = await Bus.connect(settings, "identity")
    try:
        return await run_events(arguments, database=database, bus=bus, stream=STREAM, source=SOURCE)
    finally:
        await bus.close()
        await database.close()
