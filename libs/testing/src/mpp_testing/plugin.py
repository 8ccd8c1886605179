"""Fixtures: one PostgreSQL and one NATS a test run, one fresh database a test, one fresh NATS a test that asks for it,
and one whole mall as processes for the stories told through its public address.

By default they are the embedded servers. With `--containers` the same test bodies run against containers
(`make containers`), for which a Docker engine must be there.
"""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from mpp_embedded import NatsServer, PostgresServer
from xdist.remote import Producer

from mpp_testing.backends import Databases, container_nats, container_postgres
from mpp_testing.malls import RunningMall, mall_that_runs, new_mall
from mpp_testing.scheduling import AT_THE_MALL, OneMallScheduling, at_the_mall

NATS_CONFIG = """
jetstream {{ store_dir: "{store}", sync_interval: {sync}, max_file_store: 2GB }}
max_payload: 1MB
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--containers", action="store_true", help="PostgreSQL and NATS from containers instead of embedded ones"
    )
    parser.addoption(
        "--mall", type=Path, help="data folder of a mall that runs already, instead of starting one (fast)"
    )
    parser.addoption(
        "--cpsv-ap-shapes", type=Path, help="the official SHACL file of CPSV-AP 3.2, instead of our table of it"
    )
    parser.addoption("--every-state", action="store_true", help="judge pages in every language and colour (slow)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "running_mall" in getattr(item, "fixturenames", ()) and not at_the_mall(item.nodeid):
            raise pytest.UsageError(
                f"{item.nodeid} uses the running mall, so it belongs below {', '.join(AT_THE_MALL)}"
            )
    if hasattr(config, "workerinput"):
        # What takes longest comes first.
        items.sort(key=lambda item: not at_the_mall(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneMallScheduling:
    return OneMallScheduling(config, log)


@pytest.fixture(scope="session")
def servers_dir() -> Iterator[Path]:
    """A folder that the system user PostgreSQL runs as (when we are root) may enter."""
    folder = Path(tempfile.mkdtemp(prefix="mpp-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest, servers_dir: Path) -> Iterator[Databases]:
    """The PostgreSQL of this run. `create_database()` gives the URL of a new, empty database."""
    if request.config.getoption("--containers"):
        with container_postgres() as url:
            yield Databases(url)
        return
    server = PostgresServer(
        servers_dir / "postgres", password=secrets.token_urlsafe(12), log=servers_dir / "postgres.log", durable=False
    )
    server.start()
    yield Databases(server.url())
    server.stop()


@pytest.fixture
def database_url(postgres: Databases) -> Iterator[str]:
    """URL of a fresh database with a role of its own, dropped after the test."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def nats_server(request: pytest.FixtureRequest, servers_dir: Path) -> Iterator[str]:
    """URL of the NATS of this run: JetStream, no accounts. Streams live until the run ends: name yours uniquely."""
    if request.config.getoption("--containers"):
        with container_nats() as url:
            yield url
        return
    server = start_nats(servers_dir / "nats-shared")
    yield server.url
    server.stop()


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[NatsServer]:
    """A NATS server of the test's own, to stop, kill and start: JetStream with `sync_interval: always`."""
    server = start_nats(tmp_path / "nats", sync="always")
    yield server
    server.stop()


@pytest.fixture
def nats_url(tmp_path: Path) -> Iterator[str]:
    """URL of a fresh NATS of the test's own."""
    server = start_nats(tmp_path / "nats")
    yield server.url
    server.stop()


def start_nats(folder: Path, *, sync: str = '"2m"') -> NatsServer:
    """A running NATS server without accounts, its store and log below `folder`."""
    folder.mkdir(parents=True)
    config = folder / "nats.conf"
    config.write_text(NATS_CONFIG.format(store=folder / "store", sync=sync))
    server = NatsServer(config, log=folder / "nats.log")
    server.start()
    return server


@pytest.fixture(scope="session")
def running_mall(request: pytest.FixtureRequest, servers_dir: Path) -> Iterator[RunningMall]:
    """A whole mall with demonstration data, one a test run. Who stops a part of it starts it again."""
    if given := request.config.getoption("--mall"):
        yield mall_that_runs(given)
        return
    with new_mall(servers_dir / "mall") as mall:
        yield mall


# Starts parts that have `run(stop)`; the event stops them.
Start = Callable[..., asyncio.Event]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Runs parts in the background; returns the event that stops them. A part that died fails the test."""
    running: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

    def start(*parts: object) -> asyncio.Event:
        stop = asyncio.Event()
        running.extend((stop, asyncio.create_task(part.run(stop))) for part in parts)  # type: ignore[attr-defined]
        return stop

    yield start
    for stop, _ in running:
        stop.set()
    async with asyncio.timeout(10):
        await asyncio.gather(*(task for _, task in running))
