"""The embedded servers survive what users do to them."""

import signal
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest
from mpp_embedded import CannotStart, NatsServer, PostgresServer, free_port
from mpp_testing.backends import Databases


@pytest.fixture
def cluster(servers_dir: Path) -> PostgresServer:
    folder = servers_dir / f"cluster-{free_port()}"
    server = PostgresServer(folder, password="a b'c%d", log=servers_dir / f"{folder.name}.log")
    server.start()
    return server


async def test_the_database_url_fixture_gives_a_role_that_owns_one_database(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    await connection.execute("CREATE TABLE mine (id int)")
    await connection.close()


async def test_postgres_refuses_a_wrong_password(cluster: PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(cluster.url(password="wrong"))
    cluster.stop()


async def test_postgres_keeps_rows_over_kill_and_takes_its_folder_back_from_an_orphan(cluster: PostgresServer) -> None:
    connection = await asyncpg.connect(cluster.url())
    await connection.execute("CREATE TABLE kept (id int)")
    await connection.execute("INSERT INTO kept VALUES (7)")
    assert cluster.process is not None
    orphan = cluster.process.pid
    again = PostgresServer(cluster.data_dir, password="a b'c%d", log=cluster.log, port=cluster.port)
    again.start()  # the first one still owns the folder: it must be ended, not run beside
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE
    assert again.process is not None
    again.process.send_signal(signal.SIGKILL)
    again.process.wait()
    again.start()
    connection = await asyncpg.connect(again.url())
    assert await connection.fetchval("SELECT id FROM kept") == 7
    await connection.close()
    again.stop()


async def test_a_taken_port_is_not_fought_over(cluster: PostgresServer, servers_dir: Path) -> None:
    other = PostgresServer(
        servers_dir / f"other-{free_port()}", password="x", log=servers_dir / "other.log", port=cluster.port
    )
    other.start()
    assert other.port != cluster.port
    other.stop()
    cluster.stop()


async def test_databases_are_dropped_with_their_role(postgres: Databases) -> None:
    url = postgres.create_database()
    postgres.drop_database(url)
    with pytest.raises(
        (asyncpg.InvalidCatalogNameError, asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)
    ):
        await asyncpg.connect(url)


async def test_nats_keeps_acknowledged_messages_over_a_kill(own_nats: NatsServer) -> None:
    client = await nats.connect(own_nats.url)
    stream = client.jetstream()
    await stream.add_stream(name="KEPT", subjects=["kept.>"])
    await stream.publish("kept.one", b"1")
    await client.close()
    own_nats.kill()
    own_nats.start()
    client = await nats.connect(own_nats.url)
    assert (await client.jetstream().stream_info("KEPT")).state.messages == 1
    await client.close()


def test_a_broken_nats_configuration_is_named(tmp_path: Path) -> None:
    config = tmp_path / "nats.conf"
    config.write_text("jetstream { nonsense: [")
    with pytest.raises(CannotStart, match=r"nats\.conf"):
        NatsServer(config, log=tmp_path / "log").check()
