"""Log lines: JSON, one line each whatever is in them, and only keys of the list."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import mpp_telemetry
import pytest
import structlog
from mpp_telemetry import log


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    log.configure("catalog", "INFO")
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out = capsys.readouterr().out
    assert "\u2028" not in out
    assert "\x1b" not in out
    return [json.loads(line) for line in out.splitlines()]


def test_a_line_says_who_when_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    with mpp_telemetry.span("x", parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        log.get_logger("mpp_catalog.x").info("published", definition="sip-perawat", version=2)
    log.get_logger("x").debug("not at this level")
    (line,) = lines(capsys)
    assert line.pop("ts").endswith("Z")
    assert len(line.pop("span_id")) == 16
    assert line == {
        "service": "catalog",
        "module": "mpp_catalog.x",
        "event": "published",
        "level": "info",
        "definition": "sip-perawat",
        "version": 2,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "trace_flags": "01",
    }


def test_unknown_keys_are_dropped_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    log.get_logger("x").info("made", nik="3314104708929001", name="Siti", id="1")
    (line,) = lines(capsys)
    assert line["dropped"] == ["name", "nik"]
    assert "3314104708929001" not in json.dumps(line)
    assert "Siti" not in json.dumps(line)


@pytest.mark.parametrize(
    "bad", ["a\r\n{}", "a\x1b[31m", "a\u2028b", "a\u202eb", "a\x00b", "a\x85b", "\ud800", "x" * 9999]
)
def test_no_value_breaks_or_forges_a_line(capsys: pytest.CaptureFixture[str], bad: str) -> None:
    log.get_logger("x").info("made", reason=bad, events=[bad], settings={bad: bad}, **{bad: 1})
    (line,) = lines(capsys)
    assert len(line["reason"]) <= 500
    assert bad not in json.dumps(line, ensure_ascii=False)


def test_an_error_is_told_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("Key (nik)=(3314104708929001) already exists")

    try:
        fail()
    except ValueError as error:
        log.get_logger("x").error("failed", **log.describe(error))
    (line,) = lines(capsys)
    assert line["error"] == "ValueError"
    assert line["frames"][-1].endswith(" fail")
    assert "3314104708929001" not in json.dumps(line)


def test_lines_of_libraries_lose_their_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("some.library").warning("retrying %s", "siti@warga.example.id")
    logging.getLogger("some.library").info("too quiet")
    try:
        raise KeyError("siti@warga.example.id")
    except KeyError:
        logging.getLogger("some.library").exception("failed")
    first, second = lines(capsys)
    assert (first["event"], first["logger"], first["level"]) == ("retrying %s", "some.library", "warning")
    assert (second["event"], second["error"]) == ("failed", "KeyError")
    assert "siti" not in json.dumps([first, second])
