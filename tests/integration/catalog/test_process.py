"""The catalogue as the process that `mpp up` starts."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.catalog.conftest import DEFINITIONS


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def environment(seeded_url: str, nats_server: str) -> dict[str, str]:
    return os.environ | {
        "MPP_ENVIRONMENT": "demo",
        "MPP_DATABASE_URL": seeded_url,
        "MPP_NATS_URL": nats_server,
        "MPP_REST_PORT": str(free_port()),
        "MPP_GRPC_PORT": str(free_port()),
        "MPP_PUBLIC_URL": "http://localhost:8080",
        "MPP_JWKS_URL": "http://127.0.0.1:1/jwks",
        "MPP_TOKEN_URL": "http://127.0.0.1:1/token",
        "MPP_CLIENT_ID": "catalog",
        "MPP_CLIENT_SECRET": "synthetic-secret",
        "MPP_DEFINITIONS_DIR": str(DEFINITIONS),
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mpp_catalog", *arguments]


@pytest.fixture
def served(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]", Path]]:
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command("serve"), env=environment, stdout=file, stderr=file)
    yield f"http://127.0.0.1:{environment['MPP_REST_PORT']}", process, log
    if process.poll() is None:
        process.kill()
        process.wait()


def test_it_serves_until_it_is_told_to_end(served: tuple[str, "subprocess.Popen[bytes]", Path]) -> None:
    address, process, log = served
    deadline = time.monotonic() + 30
    while True:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                break
        except httpx.TransportError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    assert httpx.get(f"{address}/api/catalog/v1/offerings/33.14/sip-perawat").json()["service"] == "sip-perawat"
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0, log.read_text()
    assert "synthetic-secret" not in log.read_text()


def test_migrating_and_seeding_again_need_nobody_else(environment: dict[str, str]) -> None:
    migrated = subprocess.run(command("migrate"), env=environment, capture_output=True, text=True, check=False)
    assert migrated.returncode == 0, migrated.stderr
    seeded = subprocess.run(
        command("seed", "--definitions", str(DEFINITIONS)), env=environment, capture_output=True, text=True, check=False
    )
    assert seeded.returncode == 0, seeded.stderr
    assert "7975 regions, 21 malls, 15 agencies; published: nothing new; changed offerings: 0" in seeded.stdout


def test_the_state_of_the_relay_is_told(environment: dict[str, str]) -> None:
    told = subprocess.run(command("events", "lag"), env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("{")


def test_a_missing_variable_is_named(environment: dict[str, str]) -> None:
    del environment["MPP_CLIENT_SECRET"]
    told = subprocess.run(command("migrate"), env=environment, capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert "MPP_CLIENT_SECRET" in told.stderr
    assert "Traceback" not in told.stderr
