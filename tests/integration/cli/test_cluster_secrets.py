"""`mpp cluster secrets`: kept when run again, closed to others, and what PostgreSQL makes of its part."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import asyncpg
import pytest
import yaml
from mpp_cli.cluster.databases import databases_sql
from mpp_cli.keys import nats_user
from mpp_cli.main import app
from mpp_cli.stack.databases import EXTENSIONS, ROLE_SETTINGS
from mpp_embedded import PostgresServer
from mpp_embedded.postgres import BINARIES
from typer.testing import CliRunner


def run(folder: Path, *options: str) -> dict[str, str]:
    """Name to text of each file it made for `kubectl apply`."""
    done = CliRunner().invoke(app, ["cluster", "secrets", str(folder), *options])
    assert done.exit_code == 0, done.output
    files = [Path(line.removeprefix("kubectl apply -f ")) for line in done.output.splitlines()]
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    return {file.stem: file.read_text() for file in files}


def test_it_keeps_what_it_made(tmp_path: Path) -> None:
    first = run(tmp_path / "keep")
    assert first.keys() == {"mpp", "mpp-public", "agency-dukcapil", "agency-esign", "agency-sdmk"}
    assert run(tmp_path / "keep") == first
    other = run(tmp_path / "keep", "--database-host", "postgres-rw")
    assert other["mpp"] == first["mpp"].replace("@postgres:5432/", "@postgres-rw:5432/") != first["mpp"]
    entries = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "keep" / "entries").iterdir()}
    assert entries == {one["metadata"]["name"]: one["stringData"] for one in yaml.safe_load_all(other["mpp"])}


def test_an_agency_gets_nothing_of_the_core_and_nothing_of_another(tmp_path: Path) -> None:
    made = run(tmp_path / "keep")
    values = {
        name: {value for one in yaml.safe_load_all(text) for value in (one.get("stringData") or {}).values()}
        for name, text in made.items()
    }
    for name, own in values.items():
        for other, theirs in values.items():
            shared = own & theirs if name != other else set()
            # The platform's public keys, the same for every agency.
            assert all(value.startswith("{") and '"d"' not in value for value in shared)
    assert not values["mpp-public"]
    assert '"d"' not in made["mpp-public"]


def test_an_agency_may_keep_its_keys_to_itself(tmp_path: Path) -> None:
    run(tmp_path / "mall")
    platform = tmp_path / "mall/secrets/platform/public.jwks.json"
    done = CliRunner().invoke(
        app,
        ["cluster", "agency", "sdmk", str(tmp_path / "agency"), "--platform", str(platform)],
        env={"COLUMNS": "500"},
    )
    assert done.exit_code == 0, done.output
    secret = yaml.safe_load((tmp_path / "agency/manifests/agency-sdmk.yaml").read_text())
    assert secret["metadata"]["namespace"] == "agency-sdmk"
    sent = [Path(line.partition(": ")[2]) for line in done.output.splitlines() if line.startswith("send")]
    theirs = tmp_path / "mall/secrets/agencies/sdmk"
    shutil.rmtree(theirs)
    theirs.mkdir()
    for file in sent:
        shutil.copy(file, theirs)
    made = run(tmp_path / "mall")
    # The platform has nothing private of it, and gives it its account and publishes its keys all the same.
    assert "agency-sdmk" not in made
    assert {path.name for path in theirs.iterdir()} == {"nats.pub", "public.jwks.json"}
    assert nats_user(secret["stringData"]["nats-seed"]).public in made["mpp"]
    published = yaml.safe_load(made["mpp-public"])["data"]["sdmk.jwks.json"]
    private = json.loads(secret["stringData"]["keys.jwks.json"])
    assert {key["kid"] for key in json.loads(published)["keys"]} == {key["kid"] for key in private["keys"]}
    assert '"d"' not in published


def feed_psql(url: str, text: str) -> "subprocess.CompletedProcess[str]":
    """As the image of PostgreSQL does with what it finds at its first start."""
    argv = [str(BINARIES / "psql"), "--no-psqlrc", "--file", "-", url]
    return subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=False)


async def test_postgresql_takes_the_databases(servers_dir: Path) -> None:
    passwords = {name: f"it's {name}" for name in ("catalog", "identity")}
    server = PostgresServer(servers_dir / "fresh", password="superuser", log=servers_dir / "fresh.log", durable=False)
    server.start()

    def url_of(database: str) -> str:
        return server.url(database, "catalog", passwords["catalog"])

    try:
        done = await asyncio.to_thread(feed_psql, server.url(), databases_sql(passwords))
        assert done.returncode == 0, done.stderr
        own = await asyncpg.connect(url_of("catalog"))
        assert set(EXTENSIONS) <= {row["extname"] for row in await own.fetch("SELECT extname FROM pg_extension")}
        assert (
            await own.fetchval("SELECT current_setting('transaction_timeout')") == ROLE_SETTINGS["transaction_timeout"]
        )
        await own.execute("CREATE TABLE things (n int)")
        await own.close()
        for database in ("identity", "postgres"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(url_of(database))
        assert not any(password in (servers_dir / "fresh.log").read_text() for password in passwords.values())
    finally:
        server.stop()
