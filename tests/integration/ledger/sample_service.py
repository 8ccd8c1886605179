"""A small service for the tests of `run_service`: one slow route, a relay, and a task that may die."""

import asyncio
import os
from typing import Annotated

import mpp_telemetry
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_ledger.relay import Relay
from mpp_runtime.health import Check
from mpp_runtime.rest import allow, create_app
from mpp_runtime.service import run_service
from mpp_runtime.settings import Settings
from mpp_runtime.tokens import Caller
from mpp_telemetry import log


async def serve(settings: Settings) -> None:
    log.configure("sample", settings.log_level)
    mpp_telemetry.configure(settings, "sample")
    assert settings.database_url
    database = Database.connect(settings.database_url.get_secret_value(), application_name="sample")
    bus = await Bus.connect(settings, "applications")
    relay = Relay(database, bus, "APPLICATIONS", "/mpp/applications")
    checks = [Check("database", database.ping), Check("bus", bus.write_probe, critical=False)]
    app = create_app(settings, service="sample", title="Sample", description="-", verifier=None, checks=checks)

    @app.get("/api/sample/v1/slow")
    async def slow(caller: Annotated[Caller, allow("anonymous")]) -> dict[str, bool]:
        await asyncio.sleep(1.0)
        return {"done": True}

    async def dies(stop: asyncio.Event) -> None:
        await asyncio.sleep(float(os.environ.get("SAMPLE_DIES_AFTER", "3600")))
        raise ZeroDivisionError

    async def idles(stop: asyncio.Event) -> None:
        await stop.wait()

    background = [relay.run, dies if "SAMPLE_DIES_AFTER" in os.environ else idles]
    await run_service(settings, name="sample", app=app, background=background, close=[bus.close, database.close])


if __name__ == "__main__":
    asyncio.run(serve(Settings.load()))
