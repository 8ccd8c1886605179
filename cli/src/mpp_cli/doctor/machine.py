"""What only this machine can tell: processes, room on the disk, the servers themselves."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from mpp_cli.data_folder import DataFolder
from mpp_cli.doctor.clocks import now, wrong_clock
from mpp_cli.doctor.finding import Finding, broken, warning
from mpp_cli.ports import HOST
from mpp_cli.secret_files import superuser_password
from mpp_cli.stack.environments import SERVICES
from mpp_cli.supervisor.control import ask

ROOM_SHARE, ROOM_BYTES = 0.1, 1 << 30
STORE_SHARE = 0.9
RESTARTS = 3
OPEN_SECONDS = 30
PAGES = {"postgres": "database", "nats": "bus", "mailbox": "messages"}
_LONG_WRITERS = """
    SELECT pid, coalesce(datname, '-') AS database, application_name,
           extract(epoch FROM now() - xact_start)::float8 AS open
    FROM pg_stat_activity
    WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND xact_start < now() - make_interval(secs => $1)
    ORDER BY xact_start
"""


@dataclass(frozen=True)
class Machine:
    """A mall on this machine: its data folder, and the processes as its supervisor sees them; none when it is down."""

    data: DataFolder
    processes: tuple[Mapping[str, Any], ...]
    url: str
    ports: Mapping[str, int]

    @classmethod
    def look(cls, data: DataFolder) -> "Machine":
        status = ask(data.control_socket(), "status") or {"processes": (), "url": ""}
        try:
            ports = json.loads((data.run / "ports.json").read_text("utf-8"))
        except FileNotFoundError:
            ports = {}
        return cls(data, tuple(status["processes"]), status["url"], ports)

    def metrics(self) -> dict[str, str]:
        """Where the services that run tell their numbers, ready or not."""
        run = {row["name"] for row in self.processes if row["pid"]}
        return {name: f"http://{HOST}:{self.ports[f'{name}-metrics']}/metrics" for name in SERVICES if name in run}

    def is_ready(self, name: str) -> bool:
        return any(row["name"] == name and row["ready"] for row in self.processes)

    async def findings(self) -> list[Finding]:
        """Causes first."""
        found = [*self._processes(), *room(self.data.root)]
        if self.is_ready("postgres"):
            found += await self._database()
        if self.is_ready("nats"):
            found += await self._bus()
        return found

    def _processes(self) -> Iterator[Finding]:
        if not self.processes:
            yield broken(str(self.data.root), "the mall is not running", "Start it: mpp up --detach", "processes")
        for row in self.processes:
            name = row["name"]
            is_agency = row["address"].startswith("agency.")
            page = PAGES.get(name, "agencies" if is_agency else "processes")
            where = f"connector {name}" if is_agency else name
            if row["state"] == "stopped":
                yield broken(where, "was stopped by hand", f"Start it: mpp start {name}", page)
            elif not row["ready"]:
                ended = f"; it {row['last_exit']}" if row["last_exit"] else ""
                yield broken(where, f"is {row['state']}{ended}", f"Look why: mpp logs {name} -n 50", page)
            elif row["restarts"] >= RESTARTS:
                yield warning(where, f"was restarted {row['restarts']} times", f"Look why: mpp logs {name}", page)

    async def _database(self) -> list[Finding]:
        password = superuser_password(self.data)
        url = f"postgresql://postgres:{password}@{HOST}:{self.ports['postgres']}/postgres"
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            what = f"lets nobody in: {type(error).__name__}"
            return [broken("postgres", what, "mpp logs postgres -n 50", "database")]
        try:
            found = [
                broken(
                    f"database {row['database']}",
                    f"pid {row['pid']} ({row['application_name'] or 'no name'}) has a transaction open for "
                    f"{row['open']:.0f} seconds: no fact written after it began is sent",
                    f"Ask its owner, then as superuser: SELECT pg_terminate_backend({row['pid']})",
                    "relay",
                )
                for row in await connection.fetch(_LONG_WRITERS, OPEN_SECONDS)
            ]
            asked = now()
            theirs = (await connection.fetchval("SELECT clock_timestamp()")).timestamp()
        finally:
            await connection.close(timeout=2)
        return found + wrong_clock("postgres", theirs, asked, now())

    async def _bus(self) -> list[Finding]:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            try:
                store = (await client.get(f"http://{HOST}:{self.ports['nats-monitor']}/jsz")).json()
            except (httpx.HTTPError, ValueError) as error:
                what = f"does not say how it is: {type(error).__name__}"
                return [warning("nats", what, "mpp logs nats -n 50", "bus")]
        most, used = store.get("config", {}).get("max_storage", 0), store.get("storage", 0)
        if most and used > STORE_SHARE * most:
            what = f"has used {used / most:.0%} of the room its configuration gives it"
            return [broken("nats", what, "Raise max_file_store, or give the disk room.", "bus")]
        return []


def room(folder: Path) -> Iterator[Finding]:
    """Whether there is room where the mall keeps everything."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    disk = shutil.disk_usage(there)
    if disk.free < ROOM_BYTES or disk.free < ROOM_SHARE * disk.total:
        what = f"{disk.free / 1e9:.1f} GB of {disk.total / 1e9:.0f} GB are free"
        make = broken if disk.free < ROOM_BYTES else warning
        yield make(str(folder), what, "Make room: logs and traces first.", "disk")
