"""A service that was told to stop leaves in peace: it says so, and still answers who did not hear it yet."""

import asyncio
import os
import signal

import httpx
import pytest
from mpp_embedded import free_port
from mpp_runtime.rest import create_app
from mpp_runtime.service import run_service
from mpp_runtime.settings import Settings
from pydantic import SecretStr


def settings(port: int, leave_seconds: float) -> Settings:
    return Settings(
        nats_url="", jwks_url="", token_url="", client_id="x", client_secret=SecretStr("x"), rest_port=port,
        public_url=f"http://localhost:{port}", leave_seconds=leave_seconds,
    )  # fmt: skip


async def until_ready(client: httpx.AsyncClient) -> None:
    while True:
        try:
            if (await client.get("/readyz")).status_code == 200:
                return
        except httpx.ConnectError:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("leave_seconds", "still_answers"), [(3.0, True), (0.0, False)])
async def test_who_asks_after_the_signal_is_answered_and_sent_elsewhere(
    leave_seconds: float, still_answers: bool
) -> None:
    port = free_port()
    told = settings(port, leave_seconds)
    app = create_app(told, service="sample", title="Sample", description="", verifier=None)
    serving = asyncio.create_task(run_service(told, name="sample", app=app))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        await until_ready(client)
        answered = await client.get("/healthz")
        assert answered.headers.get("connection") != "close"
        os.kill(os.getpid(), signal.SIGTERM)
        if still_answers:
            while (ready := await client.get("/readyz")).status_code == 200:  # noqa: ASYNC110 - a service has no event
                await asyncio.sleep(0.05)
            assert ready.json()["status"] == "draining or starting"
            leaving = await client.get("/healthz")
            assert leaving.status_code == 200
            assert leaving.headers["connection"] == "close"
        await serving
        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")
