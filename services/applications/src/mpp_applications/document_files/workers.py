"""Run one job in one child process, so that a hostile file can at most kill the process that reads it."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from mpp_runtime.errors import Text, TryLater
from mpp_telemetry.log import get_logger

from mpp_applications.document_files.jobs.child import decode, encode

log = get_logger(__name__)

JOBS = "mpp_applications.document_files.jobs"
BUSY = Text(
    "Pemeriksaan berkas sedang padat. Coba lagi sebentar lagi.",
    "Many files are being checked right now. Please try again shortly.",
)


class JobFailed(Exception):
    """The child ended without an answer: killed by a limit, by the time-out, or by the file it read."""


class WorkerProcesses:
    """Starts a child for every job; at most `limit` run, at most `waiting` wait, the rest is told to come back."""

    def __init__(self, limit: int = 2, waiting: int = 32, seconds: float = 15.0) -> None:
        self._slots = asyncio.Semaphore(limit)
        self._room = limit + waiting
        self._seconds = seconds
        self._asked = 0

    async def run(self, job: str, header: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer of the module `jobs.<job>`. Raises JobFailed, or TryLater when too many wait."""
        if self._asked >= self._room:
            raise TryLater("file-checks-busy", BUSY, retry_after=5)
        self._asked += 1
        try:
            async with self._slots:
                return await self._run(job, encode(header, body))
        finally:
            self._asked -= 1

    async def _run(self, job: str, message: bytes) -> tuple[dict[str, Any], bytes]:
        # -I and an empty environment: the child must not inherit the service's secrets, nor anybody's PYTHONPATH.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", f"{JOBS}.{job}",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                output, errors = await process.communicate(message)
        except TimeoutError:
            raise JobFailed(f"{job}: longer than {self._seconds:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            last = errors.decode(errors="replace").strip().rpartition("\n")[2]
            raise JobFailed(f"{job}: exit {process.returncode}: {last[:200]}")
        return decode(output)
