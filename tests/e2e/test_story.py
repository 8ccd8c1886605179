"""The whole mall as processes, and the whole story through its public API: what `make run` and `mpp demo` do."""

import json

import httpx
import pytest
from mpp_testing.malls import RunningMall

pytestmark = pytest.mark.timeout(400)
LAST_STEPS = {
    "issue": "she sees who read her particulars",
    "correction": "she mends both and hands it in again",
    "rejection": "licensing office: reject with a reason",
    "away": "the registry is back and the file moves by itself",
}


@pytest.mark.parametrize("story", list(LAST_STEPS))
def test_the_story_goes_as_told(running_mall: RunningMall, story: str) -> None:
    played = running_mall.mpp("demo", "--json", "--only", story)
    assert played.returncode == 0, played.stdout + played.stderr
    steps = [json.loads(line)["step"] for line in played.stdout.splitlines()]
    assert steps[-1] == LAST_STEPS[story]


def test_a_story_that_does_not_go_as_told_fails(running_mall: RunningMall) -> None:
    with running_mall.without("esign"), running_mall.without("identity"):
        played = running_mall.mpp("demo", "--only", "rejection")
    assert played.returncode != 0


@pytest.fixture(scope="module")
def traces(running_mall: RunningMall) -> dict[str, set[tuple[str, str]]]:
    """Trace id to the (process, span name) pairs in it, after the issue story was played once."""
    assert running_mall.mpp("demo", "--only", "issue").returncode == 0
    found: dict[str, set[tuple[str, str]]] = {}
    for file in (running_mall.folder / "traces").glob("*.jsonl"):
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


def test_one_trace_runs_from_the_submission_to_the_mail(
    traces: dict[str, set[tuple[str, str]]],
) -> None:
    path = {
        ("applications", "POST /api/applications/v1/applications/{application_id}:submit"),
        ("notifications", "process mpp.applications.v1.ApplicationSubmitted"),
        ("notifications", "tell"),
        ("identity", "mpp.identity.v1.People/GetContact"),
        ("notifications", "send-email"),
    }
    assert any(path <= spans for spans in traces.values()), [spans for spans in traces.values() if spans & path]


def test_the_second_up_says_it_runs_and_status_is_good(running_mall: RunningMall) -> None:
    again = running_mall.mpp("up", "--detach", "--port", running_mall.url.rsplit(":", 1)[1])
    assert again.returncode == 0
    assert running_mall.mpp("status").returncode == 0


@pytest.mark.parametrize("service", ["catalog", "applications", "identity", "notifications"])
def test_developers_lists_every_api(running_mall: RunningMall, service: str) -> None:
    document = httpx.get(f"{running_mall.url}/api/{service}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document["paths"]
    assert service in httpx.get(f"{running_mall.url}/developers").text


def test_bad_input_is_a_problem_in_the_readers_language(running_mall: RunningMall) -> None:
    for language, word in (("id", "masuk"), ("en", "sign in")):
        answer = httpx.get(f"{running_mall.url}/api/identity/v1/me", headers={"Accept-Language": language})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert word in answer.json()["detail"].lower()
