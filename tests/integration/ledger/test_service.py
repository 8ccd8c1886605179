"""A service as a process: ready, draining, ended, and what makes it end with an error."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from mpp_embedded import NatsServer
from mpp_ledger.database import Database

from tests.integration.ledger.parts import eventually

ROOT = Path(__file__).parents[3]
Run = Callable[..., "Process"]


class Process:
    """The sample service, its address and its log."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = int(environment["MPP_REST_PORT"])
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.ledger.sample_service"],
            cwd=ROOT,
            env={name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ} | environment,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=10) as client:
            return await client.get(path)

    async def status(self, path: str = "/readyz") -> int:
        try:
            return (await self.get(path)).status_code
        except httpx.HTTPError:
            return 0

    async def ready(self) -> None:
        async def answers() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return await self.status() == 200

        await eventually(answers, 30)

    async def ended(self) -> int:
        return await asyncio.to_thread(self.process.wait, 20)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
async def run_sample(database: Database, database_url: str, own_nats: NatsServer, tmp_path: Path) -> AsyncIterator[Run]:
    processes: list[Process] = []

    def run_sample(**more: str) -> Process:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        environment = {
            "MPP_DATABASE_URL": database_url,
            "MPP_NATS_URL": own_nats.url,
            "MPP_REST_PORT": port,
            "MPP_PUBLIC_URL": "http://localhost:8080",
            "MPP_JWKS_URL": "http://127.0.0.1:1/jwks",
            "MPP_TOKEN_URL": "http://127.0.0.1:1/token",
            "MPP_CLIENT_ID": "applications",
            "MPP_CLIENT_SECRET": "hunter2",
            "MPP_DRAIN_SECONDS": "5",
            **more,
        }
        processes.append(Process(environment, tmp_path / f"{len(processes)}.log"))
        return processes[-1]

    yield run_sample
    for one in processes:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


async def test_sigterm_drains_and_ends_well(run_sample: Run) -> None:
    service = run_sample()
    await service.ready()
    slow = asyncio.create_task(service.get("/api/sample/v1/slow"))
    await asyncio.sleep(0.4)
    service.process.send_signal(signal.SIGTERM)
    answer = await slow
    assert (answer.status_code, answer.json()) == (200, {"done": True})
    assert await service.ended() == 0
    events = [line["event"] for line in service.lines()]
    assert [e for e in events if e in ("starting", "ready", "draining", "stopped")] == [
        "starting",
        "ready",
        "draining",
        "stopped",
    ]
    assert "hunter2" not in service.log.read_text()
    started = service.lines()[0]["settings"]
    assert started["client_secret"] == started["database_url"] == "**********"
    request = next(line for line in service.lines() if line["event"] == "request")
    assert (request["route"], request["status"], request["service"]) == ("/api/sample/v1/slow", 200, "sample")


async def test_a_background_task_that_dies_ends_the_process(run_sample: Run) -> None:
    service = run_sample(SAMPLE_DIES_AFTER="1")
    assert await service.ended() == 1
    died = next(line for line in service.lines() if line["event"] == "background task ended")
    assert (died["error"], died["level"]) == ("ZeroDivisionError", "error")


async def test_a_taken_port_ends_the_process(run_sample: Run) -> None:
    first = run_sample()
    await first.ready()
    second = run_sample(MPP_REST_PORT=str(first.port))
    assert await second.ended() != 0
    assert await first.status() == 200


async def test_it_starts_and_stays_ready_without_nats(run_sample: Run, own_nats: NatsServer) -> None:
    await asyncio.to_thread(own_nats.kill)
    service = run_sample()
    await service.ready()
    checks = (await service.get("/readyz")).json()["checks"]
    assert checks == {
        "database": {"status": "ok", "critical": True},
        "bus": {"status": "failed", "critical": False},
    }
    await asyncio.to_thread(own_nats.start)

    async def bus_is_back() -> bool:
        return bool((await service.get("/readyz")).json()["checks"]["bus"]["status"] == "ok")

    await eventually(bus_is_back, 20)
    service.process.send_signal(signal.SIGINT)
    assert await service.ended() == 0


async def test_a_missing_variable_is_named(run_sample: Run) -> None:
    service = run_sample(MPP_PUBLIC_URL="", MPP_TRACE_SAMPLE="much")
    assert await service.ended() == 1
    told = service.log.read_text()
    assert "MPP_PUBLIC_URL: Field required" in told
    assert "MPP_TRACE_SAMPLE" in told
    assert "Traceback" not in told
