"""Builds applications and runs it: reads top to bottom."""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime

import mpp_telemetry
from fastapi import APIRouter
from mpp.applications.v1 import applications_pb2, applications_pb2_grpc
from mpp_ledger.admin import run_events
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.measures import ledger_observed
from mpp_ledger.relay import Relay
from mpp_lookups import AgencyLookups
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.health import Check
from mpp_runtime.ids import new_id
from mpp_runtime.rest import create_app
from mpp_runtime.service import run_service
from mpp_runtime.tokens import ServiceTokens, TokenVerifier
from mpp_telemetry import log

from mpp_applications.clients.catalog import CatalogClient
from mpp_applications.clients.identity import IdentityClient
from mpp_applications.clients.journal import report, trace
from mpp_applications.clients.lookups import LookupClient
from mpp_applications.clients.sealing import PlatformSeals
from mpp_applications.clients.task_channel import TaskChannel as BusTaskChannel
from mpp_applications.consumers import OfferLoop, ResultSubscription, SweepLoop
from mpp_applications.document_files.certificates import EsignCertificates
from mpp_applications.document_files.inspection import FileInspector
from mpp_applications.document_files.pades import PadesSignatures
from mpp_applications.document_files.store import FileStore
from mpp_applications.document_files.typst_rendering import TypstRenderer
from mpp_applications.document_files.workers import WorkerProcesses
from mpp_applications.grpc_api import FactsServicer
from mpp_applications.rest_api import applications, attachments, following, previews, tasks, verifications
from mpp_applications.settings import ApplicationsSettings
from mpp_applications.storage.documents import StoredDocuments
from mpp_applications.storage.measures import work_observed
from mpp_applications.storage.queue import StoredAgencyQueue
from mpp_applications.storage.store import StoredApplications
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.agency_ports import AgencyQueue, DocumentWork, Seals, TaskChannel
from mpp_applications.use_cases.agency_results import AgencyResults
from mpp_applications.use_cases.asking_agencies import AskingAgencies
from mpp_applications.use_cases.attachments import AttachmentFiles
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.desk_work import DeskWork
from mpp_applications.use_cases.documents import Documents
from mpp_applications.use_cases.drafting import Drafting
from mpp_applications.use_cases.handing_in import HandingIn
from mpp_applications.use_cases.message_facts import MessageFactsReader
from mpp_applications.use_cases.offerings import Calendars, Offerings
from mpp_applications.use_cases.papers import Papers
from mpp_applications.use_cases.ports import Catalog, Clock, Identity, Lookups, PaperFiles, Store
from mpp_applications.use_cases.previews import Previews
from mpp_applications.use_cases.reading import Reading
from mpp_applications.use_cases.verification import Verification

STREAM, SOURCE = "APPLICATIONS", "/mpp/applications"
DESCRIPTION = "Every file from draft to signed document: drafts, papers, desks, agencies, documents, tracking."


@dataclass(frozen=True)
class Outside:
    """Everything that is not our own database: in tests some of it is replaced, in production none."""

    catalog: Catalog
    identity: Identity
    lookups: Lookups
    documents: DocumentWork
    files: PaperFiles
    seals: Seals
    clock: Clock


@dataclass(frozen=True)
class UseCases:
    """What can be done, whoever asks for it."""

    drafting: Drafting
    handing_in: HandingIn
    desk_work: DeskWork
    reading: Reading
    previews: Previews
    papers: Papers
    asking: AskingAgencies
    results: AgencyResults
    facts: MessageFactsReader


def now() -> datetime:
    return datetime.now(UTC)


def wire(store: Store, queue: AgencyQueue, channel: TaskChannel, public_url: str, outside: Outside) -> UseCases:
    """The use cases on the ports they need."""
    catalog, identity, documents, clock = outside.catalog, outside.identity, outside.documents, outside.clock
    offerings = Offerings(catalog, store)
    changing = Changing(store, offerings, Calendars(catalog, store, clock), clock, new_id)
    access = Access(store, identity)
    drafting = Drafting(changing, access, catalog, identity, outside.lookups)
    return UseCases(
        drafting=drafting,
        handing_in=HandingIn(changing, access, drafting),
        desk_work=DeskWork(changing, access),
        reading=Reading(store, access, offerings, catalog, documents, clock),
        previews=Previews(store, access, offerings, identity, documents, clock),
        papers=Papers(changing, access, outside.files),
        asking=AskingAgencies(queue, changing, catalog, identity, channel, outside.seals, documents, trace, report),
        results=AgencyResults(queue, changing, catalog, outside.seals, documents, report),
        facts=MessageFactsReader(store, offerings, public_url),
    )


def routers(cases: UseCases, clock: Clock) -> list[APIRouter]:
    """The REST side."""
    return [
        applications.router(cases.drafting, cases.handing_in, cases.desk_work, cases.reading, clock),
        attachments.router(cases.papers, clock),
        following.router(cases.reading),
        previews.router(cases.previews),
        tasks.router(cases.desk_work, clock),
    ]


async def serve(settings: ApplicationsSettings) -> None:
    """Serves until SIGTERM."""
    log.configure("applications", settings.log_level)
    mpp_telemetry.configure(settings, "applications")

    database = Database.connect(settings.database_url.get_secret_value(), application_name="applications")
    bus = await Bus.connect(settings, "applications")
    tokens = ServiceTokens(settings.token_url, settings.client_id, settings.client_secret.get_secret_value())
    verifier = TokenVerifier(settings.jwks_url, settings.public_url)
    to_catalog = ServiceChannel(settings.catalog_grpc, tokens)
    to_identity = ServiceChannel(settings.identity_grpc, tokens)

    catalog = CatalogClient(to_catalog)
    lookups = AgencyLookups(bus.nc, catalog.keys)
    files = FileStore.at(settings.files_url)
    # Child processes with limits; apart, so that no crowd of strangers' files holds up papers or the issue of permits.
    rendering, papers_read, strangers = WorkerProcesses(waiting=200), WorkerProcesses(), WorkerProcesses(1, waiting=8)
    signatures = PadesSignatures.trusting(settings.trust_roots_file, strangers)
    paper_files = AttachmentFiles(files, FileInspector(papers_read), new_id, now)
    documents = Documents(
        files=files,
        renderer=TypstRenderer(rendering),
        signatures=signatures,
        certificates=EsignCertificates(lookups),
        public_url=settings.public_url,
    )
    outside = Outside(
        catalog=catalog,
        identity=IdentityClient(to_identity),
        lookups=LookupClient(lookups),
        documents=documents,
        files=paper_files,
        seals=PlatformSeals.from_file(settings.platform_keys_file),
        clock=now,
    )
    store = StoredApplications(database)
    channel = BusTaskChannel(bus)
    cases = wire(store, StoredAgencyQueue(database), channel, settings.public_url, outside)
    offers = OfferLoop(cases.asking)
    # A commit that published something may have made a task to offer.
    database.after_commit.append(offers.wake)

    app = create_app(
        settings,
        service="applications",
        title="Applications",
        description=DESCRIPTION,
        verifier=verifier,
        checks=[
            Check("database", database.ping),
            Check("bus", bus.write_probe, critical=False),
        ],
    )
    verification = Verification(StoredDocuments(database), signatures, now)
    for router in (*routers(cases, now), verifications.router(verification)):
        app.include_router(router)
    facts = applications_pb2.DESCRIPTOR.services_by_name["Facts"]
    grpc_server = GrpcServer(
        settings, verifier, [(applications_pb2_grpc.add_FactsServicer_to_server, FactsServicer(cases.facts), facts)]
    )
    await run_service(
        settings,
        name="applications",
        app=app,
        grpc=grpc_server,
        background=[
            Relay(database, bus, STREAM, SOURCE).run,
            offers.run,
            ResultSubscription(bus, cases.results).run,
            SweepLoop(paper_files, store.recorded_files).run,
        ],
        observations=[*ledger_observed(database, bus, STREAM), *work_observed(database), channel.observed()],
        close=[bus.close, to_catalog.close, to_identity.close, database.close],
    )


async def events(settings: ApplicationsSettings, arguments: argparse.Namespace) -> int:
    """The ledger, for an operator. No stream of another service is consumed yet, so nothing can be parked."""
    log.configure("applications", settings.log_level)
    database = Database.connect(settings.database_url.get_secret_value(), application_name="applications events")
    bus = await Bus.connect(settings, "applications")
    try:
        return await run_events(arguments, database=database, bus=bus, stream=STREAM, source=SOURCE, consumers=[])
    finally:
        await bus.close()
        await database.close()
