"""Is a process ready? Asked the way its operator would ask."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
from mpp_embedded import NatsServer, PostgresServer

from mpp_cli.supervisor.program import Probe

PROBE_SECONDS = 2.0
# A connector writes its status every five seconds.
STALE_SECONDS = 20.0


def http_ready(url: str) -> Probe:
    """Ready when `url` answers 200."""
    # One client for all questions: making one reads every certificate of the machine.
    client = httpx.AsyncClient(timeout=PROBE_SECONDS, trust_env=False)

    async def ready(_: int) -> bool:
        try:
            return (await client.get(url)).status_code == 200
        except httpx.HTTPError:
            return False

    return ready


def connector_ready(status: Path) -> Probe:
    """Ready when the connector's own status file says so, for this pid and not long ago."""

    async def ready(pid: int) -> bool:
        try:
            told, age = await asyncio.to_thread(_read, status)
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        return age < STALE_SECONDS and told.get("pid") == pid and told.get("state") == "ready"

    return ready


def _read(status: Path) -> tuple[dict[str, Any], float]:
    """What the file says and its age in seconds."""
    return json.loads(status.read_text(encoding="utf-8")), time.time() - status.stat().st_mtime


def server_ready(server: PostgresServer | NatsServer) -> Probe:
    """Ready when it greets a client."""

    async def ready(_: int) -> bool:
        return await asyncio.to_thread(server.is_ready)

    return ready
