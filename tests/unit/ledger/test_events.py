"""The event's hash and headers: the same bytes for everybody, in any language."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from mpp.applications.v1.events_pb2 import ApplicationSubmitted, CorrectionRequested, Standing, Status
from mpp_ledger.events import FIRST_PREV_HASH, event_hash, from_message, is_genuine, time_text, to_body, to_headers
from mpp_runtime.ids import new_id

ID = UUID("0197f0a0-0000-7000-8000-000000000001")
AT = datetime(2026, 8, 3, 16, 0, 0, 5, tzinfo=timezone(timedelta(hours=7)))


def make_row() -> dict[str, Any]:
    body = to_body(ApplicationSubmitted(standing=Standing(application="k", service="é"), promised_date="2026-09-01"))
    given = {"id": ID, "type": "mpp.applications.v1.ApplicationSubmitted", "key": "k", "version": 1}
    own = event_hash(FIRST_PREV_HASH, **given, time=time_text(AT), body=body)  # type: ignore[arg-type]
    return {**given, "at": AT, "body": body, "prev_hash": FIRST_PREV_HASH, "hash": own, "traceparent": None}


def test_the_hash_is_what_the_documentation_says() -> None:
    row = make_row()
    told = {
        "data": {"promisedDate": "2026-09-01", "standing": {"application": "k", "service": "é"}},
        "id": str(ID),
        "key": "k",
        "time": "2026-08-03T09:00:00.000005Z",
        "type": "mpp.applications.v1.ApplicationSubmitted",
        "version": 1,
    }
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert row["hash"] == hashlib.sha256(bytes(32) + canonical).digest()


def test_there_and_back() -> None:
    row = make_row()
    headers = to_headers(row, "/mpp/applications")
    event = from_message("subject", headers, row["body"])
    assert (event.id, event.key, event.version, event.at, event.hash) == (ID, "k", 1, AT.astimezone(UTC), row["hash"])
    assert event.data["standing"]["service"] == "é"
    assert event.source == "/mpp/applications"
    assert event.traceparent is None
    assert is_genuine(event, headers["ce-time"])


@pytest.mark.parametrize(
    "change",
    [
        {"ce-id": str(new_id())}, {"ce-type": "mpp.x"}, {"ce-subject": "other"}, {"ce-version": "2"},
        {"ce-time": "2026-08-03T09:00:00.000006Z"}, {"ce-prevhash": "1" * 64}, {"ce-hash": "1" * 64},
    ],
)  # fmt: skip
def test_any_change_is_seen(change: dict[str, str]) -> None:
    row = make_row()
    headers = to_headers(row, "/mpp/applications") | change
    assert not is_genuine(from_message("subject", headers, row["body"]), headers["ce-time"])
    other = row["body"].replace(b"2026", b"2027")
    headers = to_headers(row, "/mpp/applications")
    assert not is_genuine(from_message("subject", headers, other), headers["ce-time"])


@pytest.mark.parametrize(
    "change",
    [
        {"ce-id": "x"}, {"ce-version": "0"}, {"ce-version": "-1"}, {"ce-version": "one"}, {"ce-hash": "ff"},
        {"ce-prevhash": "zz"}, {"ce-time": "yesterday"}, {"ce-version": "9" * 30},
    ],
)  # fmt: skip
def test_what_is_no_event_of_ours_is_refused(change: dict[str, str]) -> None:
    row = make_row()
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds
        from_message("subject", to_headers(row, "/x") | change, row["body"])
    with pytest.raises(KeyError):
        from_message("subject", {}, row["body"])
    for body in (b"", b"[]", b"\xff"):
        with pytest.raises((TypeError, ValueError)):
            from_message("subject", to_headers(row, "/x"), body)


def test_the_body_is_proto3_json() -> None:
    assert to_body(CorrectionRequested(standing=Standing(status=Status.STATUS_SUBMITTED), items=3)) == (
        b'{"items":3,"standing":{"status":"STATUS_SUBMITTED"}}'
    )


def test_ids_sort_by_time() -> None:
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert {one.version for one in ids} == {7}
