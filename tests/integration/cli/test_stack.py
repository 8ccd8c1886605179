"""The servers under the supervisor: databases with walls, kill -9, leftovers, children that die with their owner."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest
from mpp_cli.data_folder import DataFolder, checkout
from mpp_cli.ports import choose
from mpp_cli.secret_files import Secrets, ensure_secrets
from mpp_cli.stack import programs
from mpp_cli.stack.databases import ensure_databases, newest_revision, read_mark, stored_revision, write_mark
from mpp_cli.stack.environments import Layout, port_names
from mpp_cli.supervisor.child import State
from mpp_cli.supervisor.control import Control, ask
from mpp_cli.supervisor.leftovers import end_leftovers
from mpp_cli.supervisor.program import spawn
from mpp_cli.supervisor.supervisor import Supervisor
from mpp_embedded import PostgresServer
from mpp_embedded.processes import owners_of

AGENCIES = ("dukcapil", "esign", "sdmk")


class Stack:
    """PostgreSQL and NATS of a mall, supervised, in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.data = DataFolder(folder)
        self.data.create()
        self.secrets: Secrets = ensure_secrets(self.data, AGENCIES)
        self.supervisor: Supervisor
        self.layout: Layout
        self.postgres: PostgresServer

    async def up(self) -> None:
        self.supervisor = Supervisor(self.data, self.said.append)
        chosen = choose(port_names(), self.data.run / "ports.json")
        self.layout = Layout(checkout(), self.data, chosen, 0, "demo", AGENCIES)
        self.postgres = programs.postgres_server(self.layout, self.secrets)
        nats_server = programs.nats_server(self.layout, self.secrets)
        await self.supervisor.add(programs.postgres(self.postgres))
        await self.supervisor.add(programs.nats(nats_server))
        for name in ("postgres", "nats"):
            await self.supervisor.wait_ready(name, 60)

    async def down(self) -> None:
        await self.supervisor.stop_all(asyncio.Event())

    def pid(self, name: str) -> int:
        pid = self.supervisor.children[name].pid
        assert pid is not None
        return pid


@pytest.fixture
async def stack(servers_dir: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stack]:
    made = Stack(servers_dir / f"stack-{request.node.name[:40]}")
    await made.up()
    yield made
    await made.down()
    assert not list(owners_of(made.data.postgres, "postgres"))
    assert not list(owners_of(made.data.nats_config, "nats-server"))


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - processes have no event to wait for
            await asyncio.sleep(0.05)


async def test_each_service_enters_its_own_database_and_no_other(stack: Stack) -> None:
    await ensure_databases(stack.postgres.url(), stack.secrets.databases)
    await ensure_databases(stack.postgres.url(), stack.secrets.databases)
    for name, password in stack.secrets.databases.items():
        for database in ("catalog", "identity", "postgres", "template1"):
            url = stack.postgres.url(database, name, password)
            if database != name:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(url)
        connection = await asyncpg.connect(stack.postgres.url(name, name, password))
        assert await connection.fetchval("SHOW transaction_timeout") == "30s"
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "15s"
        await connection.execute("CREATE TABLE own (id int)")
        role = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
        assert role is not None
        assert [role[right] for right in ("rolsuper", "rolcreatedb", "rolcreaterole")] == [False] * 3
        await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stack.postgres.url("catalog", "catalog", "wrong"))


async def test_a_mark_goes_with_its_database_and_migrations_are_counted(stack: Stack) -> None:
    await ensure_databases(stack.postgres.url(), stack.secrets.databases)
    assert await read_mark(stack.postgres.url(), "catalog") == ""
    await write_mark(stack.postgres.url(), "catalog", "it's")
    assert await read_mark(stack.postgres.url(), "catalog") == "it's"
    url = stack.postgres.url("catalog", "catalog", stack.secrets.databases["catalog"])
    assert await stored_revision(url) == ""
    newest = newest_revision("mpp_catalog")
    assert len(newest) == 4
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE alembic_version (version_num text)")
    await connection.execute("INSERT INTO alembic_version VALUES ($1)", newest)
    await connection.close()
    assert await stored_revision(url) == newest


async def test_killed_servers_come_back_with_what_they_had_acknowledged(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.postgres.url())
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    bus = await _catalog(stack)
    await bus.jetstream().add_stream(name="CATALOG", subjects=["mpp.catalog.v1.>"])
    await bus.jetstream().publish("mpp.catalog.v1.Kept", b"kept")
    await bus.close()
    address = stack.postgres.url()
    for name in ("postgres", "nats"):
        os.kill(stack.pid(name), signal.SIGKILL)
    for name in ("postgres", "nats"):
        child = stack.supervisor.children[name]
        await until(lambda child=child: child.restarts == 1 and child.state is State.READY, 60)  # type: ignore[misc]
    assert stack.postgres.url() == address
    again = await asyncpg.connect(address)
    assert await again.fetchval("SELECT value FROM kept") == 1
    await again.close()
    bus = await _catalog(stack)
    assert (await bus.jetstream().stream_info("CATALOG")).state.messages == 1
    await bus.close()
    assert any("postgres (pid" in line and "SIGKILL" in line for line in stack.said)


async def test_after_a_crash_of_everything_the_next_start_finds_and_ends_what_is_left(servers_dir: Path) -> None:
    first = Stack(servers_dir / "stack-crash")
    await first.up()
    first.supervisor.record()
    pids = [first.pid("postgres"), first.pid("nats")]
    stranger = subprocess.Popen(["sleep", "60"])  # noqa: ASYNC220 - it only has to exist
    # As after kill -9 of the supervisor: nobody watches, the servers still run.
    for task in first.supervisor._tasks.values():
        task.cancel()
    ended = await asyncio.to_thread(end_leftovers, first.data)
    assert [line.split()[0] for line in ended] == ["nats", "postgres"]
    for process in (first.supervisor.children[name].process for name in ("postgres", "nats")):
        assert process is not None
        process.wait(10)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    second = Stack(first.data.root)
    await second.up()
    assert second.secrets.superuser == first.secrets.superuser
    assert second.layout.ports == first.layout.ports
    await second.down()


async def test_the_control_socket_answers_stops_starts_and_refuses(stack: Stack) -> None:
    told = asyncio.Event()

    async def publish() -> bool:
        return True

    control = Control(stack.supervisor, stack.data.control_socket(), told.set, publish)
    await control.open()
    path = stack.data.control_socket()
    assert path.stat().st_mode & 0o077 == 0

    async def asked(command: str, name: str = "") -> dict[str, object]:
        answer = await asyncio.to_thread(ask, path, command, name)
        assert answer is not None
        return answer

    rows = (await asked("status"))["processes"]
    assert isinstance(rows, list)
    assert [(row["name"], row["ready"]) for row in rows] == [("postgres", True), ("nats", True)]
    await asked("stop", "nats")
    assert stack.supervisor.children["nats"].pid is None
    await asked("start", "nats")
    assert stack.supervisor.children["nats"].state is State.READY
    for command, name, reason in (("stop", "nothing", "no process"), ("nonsense", "", "not understood")):
        with pytest.raises(Exception, match=reason):
            await asked(command, name)
    assert await asked("publish") == {"published": True}
    await asked("shutdown")
    assert told.is_set()
    await control.close()
    assert await asyncio.to_thread(ask, path, "status") is None


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux'")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from mpp_cli.supervisor.program import spawn\n"
        "child = spawn(['sleep', '60'], {'PATH': '/usr/bin:/bin'}, Path(sys.argv[1]))\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    child = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.wait(10)
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone


def test_ctrl_c_reaches_the_supervisor_alone(tmp_path: Path) -> None:
    child = spawn(["sleep", "60"], {"PATH": "/usr/bin:/bin"}, tmp_path / "log")
    assert os.getsid(child.pid) == child.pid
    assert os.getpgid(child.pid) != os.getpgid(0)
    child.kill()
    child.wait(10)


def test_what_a_command_says_goes_to_its_log(tmp_path: Path) -> None:
    for word in ("one", "two"):
        child = spawn(["sh", "-c", f"echo {word}; echo bad >&2"], {"PATH": "/usr/bin:/bin"}, tmp_path / "logs" / "log")
        child.wait(10)
    assert (tmp_path / "logs" / "log").read_text() == "one\nbad\ntwo\nbad\n"


async def _catalog(stack: Stack) -> nats.NATS:
    seed = stack.secrets.bus_users["catalog"].seed
    url = f"nats://127.0.0.1:{stack.layout.ports['nats']}"
    deadline = time.monotonic() + 10
    while True:
        try:
            return await nats.connect(url, nkeys_seed_str=seed, inbox_prefix="_INBOX_catalog")
        except nats.errors.Error:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
