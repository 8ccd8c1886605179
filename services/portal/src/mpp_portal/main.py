"""Builds the portal and runs it."""

import mpp_telemetry
from fastapi import FastAPI
from mpp_runtime.rest import create_app
from mpp_runtime.service import run_service
from mpp_telemetry import log

from mpp_portal.clients.openid import OpenId
from mpp_portal.clients.public_api import PublicApi
from mpp_portal.rest_api import add_pages
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.public.contracts import Contracts
from mpp_portal.rest_api.sessions import Seal, Sessions
from mpp_portal.settings import PortalSettings


async def serve(settings: PortalSettings) -> None:
    """Serves until SIGTERM."""
    log.configure("portal", settings.log_level)
    mpp_telemetry.configure(settings, "portal")
    client = PublicApi(settings.edge_url or settings.public_url)
    await run_service(settings, name="portal", app=build(settings, client), close=[client.close])


def build(settings: PortalSettings, client: PublicApi) -> FastAPI:
    """The pages. No check but that they are served: what the API lacks is said on the page that needs it."""
    app = create_app(
        settings,
        service="portal",
        title="Portal",
        description="The pages people see; a client of the public API like any other.",
        verifier=None,
    )
    origin = settings.public_url.rstrip("/")
    openid = OpenId(origin, client, settings.client_secret)
    seal = Seal(settings.session_key.get_secret_value())
    sessions = Sessions(seal, openid, secure=origin.startswith("https:"))
    pages = Pages.of(origin, demo=settings.environment == "demo", sessions=sessions)
    contracts = Contracts.read(settings.protos_dir, settings.asyncapi_file)
    add_pages(app, pages, Api(client, sessions), contracts)
    return app
