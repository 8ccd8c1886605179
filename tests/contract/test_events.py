"""The AsyncAPI document and docs/events.md: made from the contracts, valid, and true of what the runtime sends."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from google.protobuf.message import Message
from mpp.applications.v1 import events_pb2
from mpp.options.v1 import options_pb2
from mpp_ledger.events import event_hash, time_text, to_body, to_headers
from mpp_runtime.ids import new_id

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OWNERS = ("applications", "catalog", "identity", "notifications")
DOCUMENT: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text(encoding="utf-8"))
EVENTS = {
    message.full_name: message
    for owner in OWNERS
    for message in importlib.import_module(f"mpp.{owner}.v1.events_pb2").DESCRIPTOR.message_types_by_name.values()
    if message.GetOptions().Extensions[options_pb2.public] or message.GetOptions().Extensions[options_pb2.listeners]
}


def sent(message: Message, at: datetime = datetime(2026, 11, 24, 1, 2, 3, 400, tzinfo=UTC)) -> tuple[Any, bytes]:
    """Headers and body of an event as the runtime sends them."""
    id_, body, prev = new_id(), to_body(message), bytes(range(32))
    type_ = message.DESCRIPTOR.full_name
    own = event_hash(prev, id=id_, type=type_, key="7f4e", version=4, time=time_text(at), body=body)
    row = {"id": id_, "type": type_, "key": "7f4e", "version": 4, "at": at, "prev_hash": prev, "hash": own}
    return to_headers({**row, "traceparent": None}, "/mpp/applications"), body


def issued() -> Message:
    standing = events_pb2.Standing(
        application="7f4e",
        service="sip-perawat",
        status=events_pb2.STATUS_ISSUED,
        clock_owner=events_pb2.CLOCK_OWNER_NONE,
    )
    standing.due_at.FromDatetime(datetime(2026, 12, 1, tzinfo=UTC))
    return events_pb2.CorrectionRequested(standing=standing, items=2)


@pytest.fixture(scope="module")
def validator() -> Callable[[str, Any], None]:
    def validate(schema: str, value: Any) -> None:
        jsonschema_rs.validator_for(
            {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
        ).validate(value)

    return validate


def test_both_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    script = ROOT / "libs" / "protos" / "asyncapi.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True)
    for name in ("asyncapi.yaml", "events.md"):
        assert (tmp_path / name).read_text() == (DOCS / name).read_text(), (
            f"docs/{name} is old: run `python libs/protos/asyncapi.py` and commit"
        )


def test_the_document_is_valid_asyncapi() -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / "asyncapi-3.0.0.json").read_text())
    errors = [
        f"{error.instance_path}: {error.message}" for error in jsonschema_rs.validator_for(schema).iter_errors(DOCUMENT)
    ]
    assert errors == []
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validator_for(schema).validate({**DOCUMENT, "channels": {"x": {"address": 1}}})


def test_every_reference_leads_somewhere() -> None:
    references = re.findall(r"\$ref: '#/([^']+)'", (DOCS / "asyncapi.yaml").read_text())
    for reference in references:
        found: Any = DOCUMENT
        for step in reference.split("/"):
            found = found[step]
        assert found
    assert len(references) > 50


def test_every_event_has_a_channel_and_its_listeners() -> None:
    assert set(DOCUMENT["channels"]) == set(EVENTS)
    for full_name, message in EVENTS.items():
        told = DOCUMENT["components"]["messages"][full_name]
        assert told["x-listeners"] == list(message.GetOptions().Extensions[options_pb2.listeners])
        assert told["x-public"] is message.GetOptions().Extensions[options_pb2.public]
        assert told["summary"], f"{full_name} has no comment"
        hearing = [name for name in DOCUMENT["operations"] if name.endswith(f".hears.{message.name}")]
        assert len(hearing) == len(told["x-listeners"])


def test_every_event_stands_on_the_page() -> None:
    page = (DOCS / "events.md").read_text()
    assert [full_name for full_name, message in EVENTS.items() if f"| `{message.name}`" not in page] == []


def test_what_the_runtime_sends_is_what_the_document_says(validator: Callable[[str, Any], None]) -> None:
    headers, body = sent(issued())
    validator("Headers", headers)
    validator("mpp.applications.v1.CorrectionRequested", json.loads(body))
    with pytest.raises(jsonschema_rs.ValidationError):
        validator("Headers", {**headers, "ce-hash": "zz"})
    with pytest.raises(jsonschema_rs.ValidationError):
        validator("mpp.applications.v1.CorrectionRequested", {"items": "2"})
    with pytest.raises(jsonschema_rs.ValidationError):
        validator("mpp.applications.v1.CorrectionRequested", {"standing": {"status": "STATUS_GONE"}})


def test_every_header_the_runtime_sends_is_documented() -> None:
    headers, _ = sent(issued())
    documented = DOCUMENT["components"]["schemas"]["Headers"]
    assert set(headers) == set(documented["required"])
    page = (DOCS / "events.md").read_text()
    assert [name for name in documented["properties"] if f"`{name}`" not in page] == []


def test_the_code_on_the_page_computes_the_hash_of_the_runtime() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "events.md").read_text(), re.DOTALL)
    scope: dict[str, Any] = {}
    exec(code, scope)
    message = events_pb2.AgencyTaskAnswered(task='é "quoted" \n/\u2028', outcome="accepted")
    headers, body = sent(message)
    assert scope["event_hash"](headers, body) == headers["ce-hash"]
    assert scope["event_hash"](headers, body.replace(b"accepted", b"rejected")) != headers["ce-hash"]
