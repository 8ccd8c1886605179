"""The whole mall as processes, and the whole story through its public API: what `make run` and `mpp demo` do."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from mpp_embedded import free_port

pytestmark = pytest.mark.timeout(400)
LAST_STEPS = {
    "issue": "she sees who read her particulars",
    "correction": "she mends both and hands it in again",
    "rejection": "licensing office: reject with a reason",
    "away": "the registry is back and the file moves by itself",
}
MPP = str(Path(sys.executable).parent / "mpp")


class RunningMall:
    """A mall of the tests' own, in a folder of its own, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://localhost:{free_port()}"

    def mpp(self, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        command = [MPP, arguments[0], "--data-dir", str(self.folder), *arguments[1:]]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)


@pytest.fixture(scope="module")
def mall(servers_dir: Path) -> Iterator[RunningMall]:
    running = RunningMall(servers_dir / "mall")
    started = running.mpp("up", "--detach", "--port", running.url.rsplit(":", 1)[1])
    assert started.returncode == 0, started.stdout + started.stderr
    yield running
    running.mpp("down")
    shutil.rmtree(running.folder, ignore_errors=True)


@pytest.mark.parametrize("story", list(LAST_STEPS))
def test_the_story_goes_as_told(mall: RunningMall, story: str) -> None:
    played = mall.mpp("demo", "--json", "--only", story)
    assert played.returncode == 0, played.stdout + played.stderr
    steps = [json.loads(line)["step"] for line in played.stdout.splitlines()]
    assert steps[-1] == LAST_STEPS[story]


def test_a_story_that_does_not_go_as_told_fails(mall: RunningMall) -> None:
    assert mall.mpp("stop", "esign").returncode == 0
    assert mall.mpp("stop", "identity").returncode == 0
    played = mall.mpp("demo", "--only", "rejection")
    assert played.returncode != 0
    assert mall.mpp("start", "identity").returncode == 0
    assert mall.mpp("start", "esign").returncode == 0


@pytest.fixture(scope="module")
def traces(mall: RunningMall) -> dict[str, set[tuple[str, str]]]:
    """Trace id to the (process, span name) pairs in it, after the issue story was played once."""
    assert mall.mpp("demo", "--only", "issue").returncode == 0
    found: dict[str, set[tuple[str, str]]] = {}
    for file in (mall.folder / "traces").glob("*.jsonl"):
        for line in file.read_text().splitlines():
            span = json.loads(line)
            found.setdefault(span["trace_id"], set()).add((file.stem, span["name"]))
    return found


def test_one_trace_runs_from_the_decision_to_the_connector_and_back(traces: dict[str, set[tuple[str, str]]]) -> None:
    """REST, ledger, JetStream, connector, result: what the officer's act set going is one trace."""
    path = {
        ("applications", "POST /api/applications/v1/applications/{application_id}:act"),
        ("sdmk", "task check"),
        ("applications", "agency result"),
    }
    assert any(path <= spans for spans in traces.values()), [spans for spans in traces.values() if spans & path]


def test_one_trace_runs_from_the_submission_to_the_listener(traces: dict[str, set[tuple[str, str]]]) -> None:
    path = {
        ("applications", "POST /api/applications/v1/applications/{application_id}:submit"),
        ("notifications", "process mpp.applications.v1.ApplicationSubmitted"),
    }
    assert any(path <= spans for spans in traces.values()), [spans for spans in traces.values() if spans & path]


def test_the_second_up_says_it_runs_and_status_is_good(mall: RunningMall) -> None:
    again = mall.mpp("up", "--detach", "--port", mall.url.rsplit(":", 1)[1])
    assert again.returncode == 0
    assert mall.mpp("status").returncode == 0


@pytest.mark.parametrize("service", ["catalog", "applications", "identity", "notifications"])
def test_developers_lists_every_api(mall: RunningMall, service: str) -> None:
    document = httpx.get(f"{mall.url}/api/{service}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document["paths"]
    assert service in httpx.get(f"{mall.url}/developers").text


def test_bad_input_is_a_problem_in_the_readers_language(mall: RunningMall) -> None:
    for language, word in (("id", "masuk"), ("en", "sign in")):
        answer = httpx.get(f"{mall.url}/api/identity/v1/me", headers={"Accept-Language": language})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert word in answer.json()["detail"].lower()
