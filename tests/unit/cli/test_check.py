"""`mpp check`, rule by rule: each finds its own fault, and nothing in what is sound."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from mpp_cli.check import clients, notifications
from mpp_cli.check.clients import Operation, Recorded
from mpp_cli.check.ledger import FIRST, Fact, Ledger, broken, unsent
from mpp_cli.check.streams import Message, compare
from mpp_cli.check.workflow import Line, wrong_steps
from mpp_ledger.events import event_hash, time_text

from tests.architecture.tree import ROOT

WORKFLOW = yaml.safe_load((ROOT / "definitions/public_services/sip-perawat.yaml").read_text())["workflow"]
AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
KEY = "0199a0b7-0000-7000-8000-000000000001"
LIFE = [
    ("ApplicationDrafted", "DRAFT", None, "", "applicant"),
    ("AnswersChanged", "DRAFT", None, "", "applicant"),
    ("ApplicationSubmitted", "IN_REVIEW", "completeness", "submit", "applicant"),
    ("TaskClaimed", "IN_REVIEW", "completeness", "", "officer"),
    ("CorrectionRequested", "ACTION_REQUIRED", "correction", "return", "officer"),
    ("CorrectionsSubmitted", "IN_REVIEW", "completeness", "resubmit", "applicant"),
    ("StepEntered", "IN_REVIEW", "registry-check", "accept", "officer"),
    ("AgencyTaskAsked", "IN_REVIEW", "registry-check", "", "platform"),
    ("AgencyAway", "IN_REVIEW", "registry-check", "", "platform"),
    ("AgencyBack", "IN_REVIEW", "registry-check", "", "platform"),
    ("AgencyTaskAnswered", "IN_REVIEW", "recommendation", "", "agency"),
    ("StepEntered", "IN_REVIEW", "signature", "recommend", "officer"),
    ("ApplicationApproved", "APPROVED", "signing", "sign", "officer"),
    ("AgencyTaskAsked", "APPROVED", "signing", "", "platform"),
    ("AgencyTaskAnswered", "APPROVED", "signing", "", "agency"),
    ("DocumentIssued", "ISSUED", "issued", "", "agency"),
]


def history(*steps: tuple[str, str, str | None, str, str]) -> list[Line]:
    return [Line(version, *step) for version, step in enumerate(steps, 1)]


def test_a_whole_life_is_legal() -> None:
    assert list(wrong_steps(WORKFLOW, history(*LIFE))) == []
    withdrawn = ("ApplicationWithdrawn", "WITHDRAWN", "withdrawn", "withdraw", "applicant")
    for until in (2, 4, 10):
        assert list(wrong_steps(WORKFLOW, history(*LIFE[:until], withdrawn))) == []


@pytest.mark.parametrize("left_out", [0, 2, 4, 5, 6, 10, 11, 12])
def test_a_skipped_step_is_found(left_out: int) -> None:
    assert list(wrong_steps(WORKFLOW, history(*LIFE[:left_out], *LIFE[left_out + 1 :])))


@pytest.mark.parametrize(
    ("version", "step"),
    [
        (3, ("ApplicationSubmitted", "SUBMITTED", "completeness", "submit", "applicant")),  # another status
        (3, ("ApplicationSubmitted", "IN_REVIEW", "registry-check", "submit", "applicant")),  # past the desk
        (7, ("StepEntered", "IN_REVIEW", "registry-check", "recommend", "officer")),  # another desk's action
        (7, ("StepEntered", "IN_REVIEW", "registry-check", "accept", "applicant")),  # by the applicant herself
        (11, ("AgencyTaskAnswered", "IN_REVIEW", "signature", "", "agency")),  # past the health office
        (13, ("ApplicationApproved", "APPROVED", "nowhere", "sign", "officer")),
        (16, ("DocumentIssued", "ISSUED", "issued", "", "officer")),  # an officer in the agency's place
    ],
)
def test_an_illegal_step_is_found(version: int, step: tuple[str, str, str | None, str, str]) -> None:
    found = list(wrong_steps(WORKFLOW, history(*LIFE[: version - 1], step)))
    assert [at for at, _ in found] == [version]


def test_a_gap_in_the_history_is_found() -> None:
    lines = history(*LIFE)
    assert next(wrong_steps(WORKFLOW, [*lines[:3], *lines[4:]])) == (5, "version 4 is missing from the history")


def chain(length: int) -> list[dict[str, Any]]:
    """Rows of a ledger, hashed by the code that writes them."""
    rows: list[dict[str, Any]] = []
    prev = FIRST
    for version in range(1, length + 1):
        at, body = AT + timedelta(microseconds=version), json.dumps({"name": "Pañjang", "n": str(version)}).encode()
        row = {"id": uuid4(), "key": KEY, "version": version, "type": "mpp.a.v1.X", "at": at, "body": body}
        own = event_hash(prev, id=row["id"], type="mpp.a.v1.X", key=KEY, version=version, time=time_text(at), body=body)
        rows.append({**row, "prev_hash": prev, "hash": own})
        prev = own
    return rows


def trouble(rows: list[dict[str, Any]]) -> list[str]:
    before: list[bytes] = []
    return [str(finding) for row in rows for finding in broken("applications", row, before)]


def test_a_sound_chain_is_sound() -> None:
    assert trouble(chain(5)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.pop(2), "version 3 is missing"),
        (lambda rows: rows.pop(0), "version 1 is missing"),
        (lambda rows: rows[1].update(body=b'{"n":"9"}'), "not the hash of what it says"),
        (lambda rows: rows[1].update(at=AT), "not the hash of what it says"),
        (lambda rows: rows[1].update(hash=bytes(32)), "not chained"),
        (lambda rows: rows[2].update(prev_hash=FIRST), "not chained"),
        (lambda rows: rows.insert(2, dict(rows[1])), "version 3 is missing"),
    ],
)
def test_a_broken_chain_is_found(change: Any, words: str) -> None:
    rows = chain(5)
    change(rows)
    assert any(words in line for line in trouble(rows))


def ledger(length: int, sent: int) -> tuple[Ledger, list[UUID]]:
    ids = [uuid4() for _ in range(length)]
    facts = {event: Fact(KEY, version, "X", version <= sent) for version, event in enumerate(ids, 1)}
    return Ledger("applications", facts, {KEY: [FIRST] * length}), ids


def stream(ids: list[UUID], *versions: int) -> list[Message]:
    return [Message(place, ids[version - 1], KEY, version) for place, version in enumerate(versions, 1)]


def test_streams() -> None:
    whole, ids = ledger(4, sent=4)
    assert list(compare(whole, stream(ids, 1, 2, 3, 4), 4)) == []
    assert list(compare(whole, stream(ids, 1, 2, 3, 2, 3, 4), 6)) == []  # sent again after a crash
    assert [one.promise for one in compare(whole, stream(ids, 1, 2, 4, 3), 4)] == ["I3"]
    assert "is not in the stream" in str(next(compare(whole, stream(ids, 1, 2, 3), 3)))
    stranger = Message(5, uuid4(), "other", 1)
    assert "not in the ledger" in str(next(compare(whole, [*stream(ids, 1, 2, 3, 4), stranger], 5)))
    assert list(compare(whole, [*stream(ids, 1, 2, 3, 4), stranger], 4)) == []  # came after the ledger was read
    late, ids = ledger(4, sent=2)
    assert list(compare(late, stream(ids, 1, 2), 2)) == []
    assert [(one.promise, one.waiting) for one in unsent(late)] == [("I9", True)]
    assert list(unsent(whole)) == []


RECORDED = [
    Recorded(KEY, 1, "ApplicationDrafted", ""),
    Recorded(KEY, 2, "AttachmentsChanged", ""),
    Recorded(KEY, 3, "ApplicationSubmitted", "submit"),
    Recorded(KEY, 4, "AgencyTaskAsked", ""),
]
TOLD = [
    Operation("a", "create", "ok", "k1", KEY, 1),
    Operation("b", "attach", "ok", "k2", KEY, 2),
    Operation("c", "submit", "ok", "k3", KEY, 4),
]


def promises(operations: list[Operation], recorded: list[Recorded], made: dict[str, str] | None = None) -> list[str]:
    made_by = {"k1": KEY} if made is None else made
    return [finding.promise for finding in clients.compare(operations, recorded, made_by)]


def test_what_clients_were_told_is_there() -> None:
    assert promises(TOLD, RECORDED) == []
    never_answered = Operation("d", "withdraw", "info", "k4", KEY)
    assert promises([*TOLD, never_answered], RECORDED) == []
    happened = Recorded(KEY, 5, "ApplicationWithdrawn", "withdraw")
    assert promises([*TOLD, never_answered], [*RECORDED, happened]) == []


@pytest.mark.parametrize(
    ("operations", "recorded", "made"),
    [
        (TOLD, RECORDED[:2], None),  # an acknowledged submission is lost
        (TOLD, [*RECORDED, Recorded(KEY, 5, "ApplicationSubmitted", "submit")], None),  # it is there twice
        ([*TOLD[:2], Operation("c", "submit", "fail", "k3", KEY)], RECORDED, None),  # refused, and there
        (TOLD, RECORDED, {}),  # created, and its key is forgotten
        (TOLD, RECORDED, {"k1": str(uuid4())}),  # its key names another
        ([Operation("a", "create", "fail", "k1")], RECORDED, None),  # refused, and there
        ([*TOLD, Operation("e", "attach", "ok", "k5", KEY, 2)], RECORDED, None),  # two papers, one change
        (TOLD[:2], RECORDED, None),  # submitted, and nobody asked
    ],
)
def test_a_lost_or_doubled_request_is_found(
    operations: list[Operation], recorded: list[Recorded], made: dict[str, str] | None
) -> None:
    copies = [Operation(**vars(one)) for one in operations]
    assert "I1" in promises(copies, recorded, made)


def test_the_routing_table_is_the_one_of_notifications() -> None:
    assert notifications.routes()["DocumentIssued"] == ["applicant"]
    assert "AnswersChanged" not in notifications.routes()
