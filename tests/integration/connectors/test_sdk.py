"""Settings, registration, logs, pauses: the parts of the SDK that need no bus."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from mpp_cli.keys import new_jwk_sets, new_nats_user
from mpp_connector import (
    Accepted,
    Connector,
    Found,
    Later,
    LookupRequest,
    NotFound,
    Reason,
    Refused,
    Rejected,
    Text,
    log,
    settings,
    wire,
)
from mpp_connector.errors import EnvelopeError
from mpp_connector.retry import pause
from mpp_connector.serve import only_copy
from mpp_connector.status import Status, is_alive, is_ready

NAME = Text(id="Uji", en="Test")
SOURCE = wire.Source(agency="uji", simulated=True, text=NAME)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    jwks = new_jwk_sets()
    (tmp_path / "keys.json").write_text(json.dumps(jwks.private))
    (tmp_path / "seed").write_text(new_nats_user().seed + "\n")
    values = {
        "NATS_URL": "nats://127.0.0.1:1",
        "NATS_SEED_FILE": str(tmp_path / "seed"),
        "KEYS_FILE": str(tmp_path / "keys.json"),
        "PLATFORM_KEYS": json.dumps(new_jwk_sets().public),
        "DATA_DIR": str(tmp_path / "data"),
    }

    def set_all(**changes: str | None) -> None:
        for name, value in (values | changes).items():
            if value is None:
                monkeypatch.delenv(f"MPP_CONNECTOR_{name}", raising=False)
            else:
                monkeypatch.setenv(f"MPP_CONNECTOR_{name}", value)

    return set_all


def test_settings_come_from_variables_and_from_files(environment: Callable[..., None]) -> None:
    environment(MAX_IN_FLIGHT="7")
    loaded = settings.load()
    assert loaded.max_in_flight == 7
    assert loaded.nats_seed.get_secret_value().startswith("SU")
    assert loaded.own_keys().signing
    assert loaded.trusted_keys().encryption


def test_secrets_are_not_in_the_start_log(environment: Callable[..., None]) -> None:
    environment()
    loaded = settings.load()
    shown = json.dumps(loaded.masked())
    assert loaded.nats_seed.get_secret_value() not in shown
    assert '"d"' not in shown
    assert "keys" not in loaded.masked()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"NATS_SEED_FILE": None}, "MPP_CONNECTOR_NATS_SEED"),
        ({"MAX_IN_FLIGHT": "0"}, "MPP_CONNECTOR_MAX_IN_FLIGHT"),
        ({"MAX_IN_FLIGHT": "a secret"}, "MPP_CONNECTOR_MAX_IN_FLIGHT"),
        ({"SIMULATE": "delay"}, "MPP_CONNECTOR_SIMULATE"),
        ({"SIMULATE": "delay:soon"}, "MPP_CONNECTOR_SIMULATE"),
        ({"KEYS_FILE": "/nowhere/keys.json"}, "/nowhere/keys.json"),
    ],
)
def test_a_wrong_setting_is_named_and_not_shown(
    environment: Callable[..., None], changes: dict[str, str | None], named: str
) -> None:
    environment(**changes)
    with pytest.raises(ValueError, match=named) as caught:
        settings.load()
    assert "a secret" not in str(caught.value)


def test_a_real_agency_cannot_be_told_to_misbehave(environment: Callable[..., None]) -> None:
    environment(SIMULATE="away")
    with pytest.raises(ValueError, match="simulated agencies only"):
        Connector("uji", NAME).identity(settings.load())
    assert Connector("uji", NAME, simulated=True).identity(settings.load()).simulation.away


def test_names_are_checked_and_taken_once() -> None:
    connector = Connector("uji", NAME)

    @connector.lookup("person")
    async def person(request: LookupRequest) -> Found:
        return Found({})

    with pytest.raises(ValueError, match="two functions"):
        connector.lookup("person")
    for bad in ("", "Person", "a.b", "a>", "*", "a b", "x" * 40):
        with pytest.raises(ValueError, match="small letters"):
            connector.task(bad)
        with pytest.raises(ValueError, match="small letters"):
            Connector(bad, NAME)
    assert connector.lookups == {"person": person}


def test_a_simulated_agency_says_so_without_being_asked() -> None:
    assert "imulas" in Connector("uji", NAME, simulated=True).source.id
    assert Connector("uji", NAME).source == NAME


def test_a_second_copy_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with only_copy(tmp_path), pytest.raises(ValueError, match="another copy"), only_copy(tmp_path):
        pass
    with only_copy(tmp_path):
        pass


def test_ready_means_ready_now(tmp_path: Path) -> None:
    assert not is_ready(tmp_path)
    status = Status(tmp_path)
    status.set("connecting")
    # The platform is away: not ready, and no reason to start anew.
    assert not is_ready(tmp_path)
    assert is_alive(tmp_path)
    status.set("ready")
    assert is_ready(tmp_path)
    old = {"state": "ready", "pid": 1, "at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat()}
    (tmp_path / "status.json").write_text(json.dumps(old))
    assert not is_ready(tmp_path)
    assert not is_alive(tmp_path)
    status.remove()
    assert not is_ready(tmp_path)


def test_pauses_grow_and_stay_below_the_cap() -> None:
    for attempt, full in ((0, 1.0), (1, 2.0), (5, 32.0), (6, 60.0), (500, 60.0)):
        pauses = [pause(attempt) for _ in range(200)]
        assert full / 2 <= min(pauses)
        assert max(pauses) <= full
        assert len(set(pauses)) > 100


def test_logs_let_only_listed_keys_through(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO")
    log.note(logging.INFO, "lookup", lookup="person", outcome="found", nik="3314104708929001")
    logging.getLogger("somebody.else").warning("cannot read %s", "3314104708929001")
    try:
        raise ValueError("3314104708929001")
    except ValueError:
        logging.getLogger("somebody.else").exception("failed")
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    assert "3314104708929001" not in text
    assert lines[0]["event"] == "lookup"
    assert lines[0]["dropped"] == "nik"
    assert lines[2]["error"] == "ValueError"
    assert lines[2]["place"].startswith("test_sdk.py:")


def _task(**changes: Any) -> bytes:
    return json.dumps(
        {
            "task": "0198f3a0-0000-7000-8000-000000000001",
            "agency": "uji",
            "name": "check",
            "application": "0198f3a0-0000-7000-8000-000000000002",
            "service": "sip-perawat",
            "mall": "33.14",
            "attempt": 1,
            "input": {"a": 1},
            "expires_at": "2026-11-25T10:00:00+07:00",
            "added_later": "unknown fields are ignored",
        }
        | changes
    ).encode()


def test_a_task_is_read_and_unknown_fields_are_ignored() -> None:
    task = wire.read_task(_task(), "uji")
    assert task.id == UUID("0198f3a0-0000-7000-8000-000000000001")
    assert (task.name, task.attempt, task.input) == ("check", 1, {"a": 1})


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": "other"},
        {"task": "no uuid"},
        {"input": "no object"},
        {"expires_at": "2026-11-25T10:00:00"},
        {"attempt": None},
    ],
)
def test_what_is_no_task_is_a_named_error(changes: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError):
        wire.read_task(_task(**changes), "uji")


def test_every_answer_has_its_shape_on_the_wire() -> None:
    moment = datetime(2026, 11, 24, 10, tzinfo=UTC)
    found = wire.lookup_body("q", Found({"a": 1}, as_of=moment), SOURCE)
    assert found == {
        "id": "q",
        "outcome": "found",
        "data": {"a": 1},
        "source": {"agency": "uji", "simulated": True, "text": {"id": "Uji", "en": "Test"}},
        "as_of": "2026-11-24T10:00:00+00:00",
    }
    assert wire.lookup_body("q", NotFound(), SOURCE)["outcome"] == "not_found"
    refused = wire.lookup_body("q", Refused("protected", NAME), SOURCE)
    assert refused["data"] == {"code": "protected", "text": {"id": "Uji", "en": "Test"}}
    task = wire.read_task(_task(), "uji")
    reasons = [Reason("expired", NAME, "/licence/number")]
    rejected = wire.result_body(task, "uji", True, Rejected(reasons))
    assert rejected["reasons"] == [
        {"code": "expired", "text": {"id": "Uji", "en": "Test"}, "target": "/licence/number"}
    ]
    assert (rejected["outcome"], rejected["simulated"], rejected["until"]) == ("rejected", True, None)
    assert wire.result_body(task, "uji", True, Later(moment))["until"] == "2026-11-24T10:00:00+00:00"
    first, second = (wire.result_body(task, "uji", True, Accepted())["result"] for _ in range(2))
    assert first != second


def test_answers_outside_the_contract_are_the_functions_fault() -> None:
    task = wire.read_task(_task(), "uji")
    with pytest.raises(ValueError, match="reason"):
        wire.result_body(task, "uji", True, Rejected([]))
    with pytest.raises(ValueError, match="time zone"):
        wire.result_body(task, "uji", True, Later(datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the fault
    with pytest.raises(TypeError):
        wire.result_body(task, "uji", True, True)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        wire.lookup_body("q", {"a": 1}, SOURCE)  # type: ignore[arg-type]


@pytest.mark.parametrize("changed", ["result", "task", "agency", "status"])
def test_a_receipt_for_something_else_is_no_receipt(changed: str) -> None:
    receipt = {"result": "r", "task": "t", "agency": "uji", "status": "recorded", "reason": None}
    assert wire.read_receipt(receipt, "r", "t", "uji").status == "recorded"
    with pytest.raises(EnvelopeError):
        wire.read_receipt(receipt | {changed: "other"}, "r", "t", "uji")
