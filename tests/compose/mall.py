"""`make compose-test`: a mall of its own from compose.yaml, its stories, its faults, its end. Needs a Docker engine.

The tests stand in the order in which they are run: the last one takes the mall away.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mpp_cli.demo.story import ANSWERS, LOCAL_STORIES, STORIES, Filing, Mall

from tests.compose.composed import Composed, eventually
from tests.compose.engine import inspect
from tests.compose.files import ours, services

PROJECT = "mpp-compose-test"
pytestmark = pytest.mark.timeout(900)


def stories(mall: Composed, folder: Path) -> Mall:
    """Where the stories of `mpp demo` play: an agency is stopped and started as an agency would do it."""
    return Mall(
        url=mall.url,
        say=lambda what, seconds, note: print(f"{what} {seconds:.2f} s {note}"),
        stop=lambda service: void(mall.compose("stop", service)),
        start=lambda service: mall.up("--no-deps", service),
        documents=folder,
    )


def void(_said: str) -> None:
    """The stories wait by themselves for what they need."""


@pytest.fixture(scope="module")
def mall() -> Iterator[Composed]:
    composed = Composed(PROJECT)
    assert not composed.left_behind(), f"an earlier run was cut off: docker compose -p {PROJECT} down -v"
    try:
        composed.up()
        yield composed
    finally:
        composed.compose("down", "--volumes")


@pytest.fixture(scope="module")
def filing(mall: Composed, tmp_path_factory: pytest.TempPathFactory) -> Filing:
    """A file that is under way while things break."""
    under_way = Filing(stories(mall, tmp_path_factory.mktemp("documents")), "siti")
    under_way.draft(ANSWERS)
    under_way.submit()
    return under_way


@pytest.mark.parametrize("story", list(STORIES))
def test_the_story_goes_as_told(mall: Composed, story: str, tmp_path: Path) -> None:
    assert "away" in LOCAL_STORIES
    STORIES[story](stories(mall, tmp_path))


def test_it_is_the_same_mall_as_on_a_bare_machine(mall: Composed) -> None:
    for path in ("/", "/developers", "/mailbox", "/.well-known/openid-configuration"):
        assert httpx.get(f"{mall.url}{path}", follow_redirects=True).status_code == 200
    for service in ("catalog", "applications", "identity", "notifications"):
        assert httpx.get(f"{mall.url}/api/{service}/openapi.json").json()["openapi"].startswith("3.")
    issuer = httpx.get(f"{mall.url}/.well-known/openid-configuration").json()["issuer"]
    assert issuer == mall.url


@pytest.mark.parametrize("service", sorted(ours()))
def test_a_container_runs_as_it_is_written(mall: Composed, service: str) -> None:
    found = inspect(mall.container(service))
    assert found["HostConfig"]["ReadonlyRootfs"] is True
    assert found["HostConfig"]["CapDrop"] == ["ALL"]
    assert found["Config"]["User"] == ("0:0" if service == "secrets" else "10001:10001")
    if services()[service]["restart"] == "no":
        assert found["State"]["ExitCode"] == 0
    else:
        assert found["State"]["Health"]["Status"] == "healthy"


def test_a_part_sees_its_own_secrets_only(mall: Composed) -> None:
    listing = "import os; print(*sorted(os.listdir('/run/mpp')))"
    seen = {
        name: mall.compose("exec", "-T", name, "/app/bin/python", "-c", listing).split() for name in ("portal", "sdmk")
    }
    assert seen == {
        "portal": ["client-secret", "session-key"],
        "sdmk": ["keys.jwks.json", "nats-seed", "platform.jwks.json"],
    }


def test_no_secret_is_in_what_an_operator_sees(mall: Composed) -> None:
    """Neither in the logs nor in `docker inspect`."""
    url = mall.compose("exec", "-T", "catalog", "/app/bin/python", "-c", "print(open('/run/mpp/database-url').read())")
    seed = mall.compose("exec", "-T", "catalog", "/app/bin/python", "-c", "print(open('/run/mpp/nats-seed').read())")
    password = re.search(r":([^:@/]+)@", url)
    assert password
    said = mall.compose("logs") + json.dumps(
        [inspect(mall.container(name)) for name in services() if name != "collector"]
    )
    assert "catalog" in said
    assert password[1] not in said
    assert seed.strip() not in said


def test_an_agency_reaches_nothing_but_the_bus(mall: Composed) -> None:
    reach = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)"
    mall.compose("exec", "-T", "sdmk", "/app/bin/python", "-c", reach, "nats", "4222")
    for host, port in (("postgres", "5432"), ("applications", "8080"), ("edge", "8080")):
        with pytest.raises(AssertionError, match=r"gaierror|refused|timed out|unreachable"):
            mall.compose("exec", "-T", "sdmk", "/app/bin/python", "-c", reach, host, port)


@pytest.mark.parametrize("service", ["applications", "notifications", "nats", "postgres"])
def test_a_killed_part_comes_back_and_nothing_is_lost(mall: Composed, filing: Filing, service: str) -> None:
    before = filing.view()
    restarts = inspect(mall.container(service))["RestartCount"]
    mall.kill_process(service)
    eventually(
        f"{service} is started again and healthy",
        lambda: (
            (found := inspect(mall.container(service)))["RestartCount"] > restarts
            and found["State"]["Status"] == "running"
            and found["State"]["Health"]["Status"] == "healthy"
        ),
    )
    eventually("the file is as it was", lambda: answer(filing) == (200, before["version"]))


def answer(filing: Filing) -> tuple[int, Any]:
    """Status and version; a part that is just starting answers 503."""
    got = filing.nurse.http.get(filing.path)
    return got.status_code, got.json().get("version")


def test_everything_restarted_goes_on_where_it_was(mall: Composed, filing: Filing) -> None:
    mall.compose("restart")
    mall.up()
    # Her token is still good: the keys are the same.
    filing.decide("rina", "accept")
    filing.reaches("recommendation")


def test_up_again_changes_no_secret(mall: Composed) -> None:
    digest = (
        "import hashlib, pathlib; "
        "print(*(hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(pathlib.Path('/run/mpp').rglob('*.*'))))"
    )
    command = ["exec", "-T", "identity", "/app/bin/python", "-c", digest]
    before = mall.compose(*command)
    mall.up()
    assert len(before.split()) >= 3
    assert mall.compose(*command) == before


def test_down_with_volumes_leaves_nothing(mall: Composed) -> None:
    assert set(mall.left_behind()) == {"containers", "volumes", "networks"}
    mall.compose("down", "--volumes")
    assert not mall.left_behind()
