"""Builds notifications and runs it: reads top to bottom."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import mpp_telemetry
from fastapi import FastAPI
from mpp.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from mpp_ledger.admin import run_events
from mpp_ledger.bus import Bus
from mpp_ledger.consumer import OrderedConsumer
from mpp_ledger.database import Database
from mpp_ledger.measures import ledger_observed
from mpp_ledger.relay import Relay
from mpp_runtime.grpc_client import ServiceChannel
from mpp_runtime.grpc_server import GrpcServer
from mpp_runtime.health import Check
from mpp_runtime.ids import new_id
from mpp_runtime.rest import create_app
from mpp_runtime.service import run_service
from mpp_runtime.tokens import ServiceTokens, TokenVerifier
from mpp_telemetry import log

from mpp_notifications.clients.applications import ApplicationFacts as FactsClient
from mpp_notifications.clients.clock import SystemClock
from mpp_notifications.clients.identity import PeopleContacts
from mpp_notifications.clients.journal import LogJournal
from mpp_notifications.clients.smtp import SmtpMailer
from mpp_notifications.consumers import applications
from mpp_notifications.consumers.due_work import DueWork
from mpp_notifications.grpc_api import CodesServicer, TemplatesServicer
from mpp_notifications.rest_api import deliveries, inbox
from mpp_notifications.settings import NotificationsSettings
from mpp_notifications.storage.measures import messages_observed
from mpp_notifications.storage.package_data import load_routing, load_wording
from mpp_notifications.storage.store import DatabaseStore, unit_of
from mpp_notifications.use_cases.inbox import OwnInbox, OwnPreferences
from mpp_notifications.use_cases.ports import Contacts, FactsOfApplications, Mailer
from mpp_notifications.use_cases.record_fact import RecordFact
from mpp_notifications.use_cases.send_code import SendCode
from mpp_notifications.use_cases.send_email import SendEmail
from mpp_notifications.use_cases.tell import Tell
from mpp_notifications.use_cases.watch_deliveries import WatchDeliveries

STREAM, SOURCE = "NOTIFICATIONS", "/mpp/notifications"
DESCRIPTION = "Tells the right person once, on the channel they chose: in-app inbox, e-mail, one-time codes."


@dataclass(frozen=True)
class Neighbours:
    """What notifications asks over the network."""

    facts: FactsOfApplications
    contacts: Contacts
    mailer: Mailer


@dataclass(frozen=True)
class Parts:
    """notifications, built and not yet running."""

    app: FastAPI
    grpc: GrpcServer
    background: list[Callable[[asyncio.Event], Awaitable[None]]]


async def serve(settings: NotificationsSettings) -> None:
    """Serves until SIGTERM."""
    log.configure("notifications", settings.log_level)
    mpp_telemetry.configure(settings, "notifications")

    database = Database.connect(settings.database_url.get_secret_value(), application_name="notifications")
    bus = await Bus.connect(settings, "notifications")
    tokens = ServiceTokens(settings.token_url, settings.client_id, settings.client_secret.get_secret_value())
    to_applications = ServiceChannel(settings.applications_grpc, tokens)
    to_identity = ServiceChannel(settings.identity_grpc, tokens)
    mailer = SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.mail_from,
    )
    parts = build(
        settings,
        database,
        bus,
        TokenVerifier(settings.jwks_url, settings.public_url),
        Neighbours(FactsClient(to_applications), PeopleContacts(to_identity), mailer),
        # Mail that cannot be sent waits: an SMTP server that is away takes nothing out of rotation, but it is shown.
        [Check("smtp", mailer.probe, critical=False)],
    )
    await run_service(
        settings,
        name="notifications",
        app=parts.app,
        grpc=parts.grpc,
        background=parts.background,
        observations=[
            *ledger_observed(database, bus, STREAM, [application_consumer(database, bus)]),
            messages_observed(database),
        ],
        close=[to_applications.close, to_identity.close, bus.close, database.close],
    )


def build(
    settings: NotificationsSettings,
    database: Database,
    bus: Bus,
    verifier: TokenVerifier,
    neighbours: Neighbours,
    checks: Sequence[Check] = (),
) -> Parts:
    """Puts use cases between storage and the outside."""
    store, clock, journal = DatabaseStore(database), SystemClock(), LogJournal()
    routing, wording = load_routing(), load_wording()
    retries = [timedelta(seconds=seconds) for seconds in settings.retry_seconds]
    tell = Tell(
        store=store,
        facts=neighbours.facts,
        contacts=neighbours.contacts,
        routing=routing,
        wording=wording,
        clock=clock,
        new_id=new_id,
        journal=journal,
    )
    send_email = SendEmail(store=store, mailer=neighbours.mailer, clock=clock, journal=journal, retries=retries)
    send_code = SendCode(
        store=store,
        mailer=neighbours.mailer,
        wording=wording,
        clock=clock,
        journal=journal,
        sms_simulated=settings.environment == "demo",
    )

    app = create_app(
        settings,
        service="notifications",
        title="Notifications",
        description=DESCRIPTION,
        verifier=verifier,
        checks=[Check("database", database.ping), Check("bus", bus.write_probe, critical=False), *checks],
    )
    app.include_router(inbox.router(OwnInbox(store, clock), OwnPreferences(store), wording.email_notes))
    app.include_router(deliveries.router(WatchDeliveries(store), retries))
    services = notifications_pb2.DESCRIPTOR.services_by_name
    grpc_server = GrpcServer(
        settings,
        verifier,
        [
            (notifications_pb2_grpc.add_CodesServicer_to_server, CodesServicer(send_code), services["Codes"]),
            (notifications_pb2_grpc.add_TemplatesServicer_to_server, TemplatesServicer(), services["Templates"]),
        ],
    )
    poll = settings.poll_seconds
    return Parts(
        app,
        grpc_server,
        [
            Relay(database, bus, STREAM, SOURCE).run,
            application_consumer(database, bus).run,
            DueWork("tell", claim=tell.claim, do=tell, failed=tell.failed, poll=poll).run,
            # A mail without an answer stays claimed until its lease runs out: then it counts as ambiguous.
            DueWork("send-email", claim=send_email.claim, do=send_email, poll=poll, batch=8).run,
        ],
    )


async def events(settings: NotificationsSettings, arguments: argparse.Namespace) -> int:
    """Looks after the ledger and parked events."""
    log.configure("notifications", settings.log_level)
    database = Database.connect(settings.database_url.get_secret_value(), application_name="notifications events")
    bus = await Bus.connect(settings, "notifications")
    try:
        return await run_events(
            arguments,
            database=database,
            bus=bus,
            stream=STREAM,
            source=SOURCE,
            consumers=[application_consumer(database, bus)],
        )
    finally:
        await bus.close()
        await database.close()


def application_consumer(database: Database, bus: Bus) -> OrderedConsumer:
    """Hears applications."""
    return OrderedConsumer(
        database,
        bus,
        stream=applications.STREAM,
        durable=applications.DURABLE,
        subject=applications.SUBJECT,
        handle=applications.ApplicationFacts(RecordFact(load_routing(), new_id, SystemClock()), unit_of),
    )
