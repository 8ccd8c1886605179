"""Every shipped definition drives the engine: errors field by field, alternatives that count, edges that hold."""

from datetime import date
from uuid import uuid4

import pytest
from mpp_applications.domain import events
from mpp_applications.domain.application import Application, Moment
from mpp_applications.domain.validation import Checked, check

from tests.unit.applications.samples import CALENDAR, MONDAY, ROOT, SITI, offering, officer

SHIPPED = sorted(path.stem for path in (ROOT / "definitions/public_services").glob("*.yaml"))
TODAY = date(2026, 11, 23)
AT = Moment(MONDAY, CALENDAR, uuid4)
COMPLETE = Checked((), ())


@pytest.mark.parametrize("service", SHIPPED)
def test_an_empty_form_is_refused_field_by_field(service: str) -> None:
    checked = check(offering(service), {}, [], TODAY)
    assert checked.errors
    assert all(error.field.startswith(("/answers", "/attachments")) for error in checked.errors)
    assert all(error.detail.id and error.detail.en for error in checked.errors)


@pytest.mark.parametrize("service", SHIPPED)
def test_the_first_action_of_each_desk_leads_to_the_document(service: str) -> None:
    pinned = offering(service)
    made = Application.draft(uuid4(), SITI, pinned, {}, MONDAY)
    made.submit(COMPLETE, AT, "N", "S")
    for _ in range(10):
        if made.desk_task and made.place:
            desk = made.desk_task.desk
            who = officer(desk.role, desk.agency)
            made.claim(who, MONDAY)
            made.act(who, next(iter(made.place.actions)), AT)
        elif made.agency_task:
            document = (uuid4(), "ab" * 32) if made.agency_task.kind == "document" else None
            made.answer(made.agency_task.id, "accepted", AT, document=document)
    # Without a document of the mall's own the last desk hands something over, or answers.
    ended = (
        ("ISSUED", events.DocumentIssued)
        if pinned.definition["outputs"]
        else ("HANDED_OVER", events.ApplicationApproved)
    )
    assert (made.status, type(made.events[-1])) == ended
    assert made.decided_by is not None, "an end needs the officer who decided"


def test_one_paper_of_a_group_is_enough_and_the_group_itself_is_no_paper() -> None:
    pinned = offering("akta-kelahiran")
    answers = {"child": {"origin": "known-parents"}}

    def state(*given: str) -> str:
        checked = check(pinned, answers, given, TODAY)
        return next(each.state for each in checked.requirements if each.requirement.code == "birth-proof")

    assert state() == "missing"
    assert state("birth-letter-village") == "given"
    assert state("birth-proof") == "missing"
    assert "birth-proof" not in pinned.papers
    assert "birth-letter-village" in pinned.papers
    assert pinned.target_label("requirement:birth-letter-village") is not None


def test_what_a_list_lacks_is_told_entry_by_entry() -> None:
    right = {"name": "Budi Santoso", "relation": "head", "sex": "MALE", "birth_date": "1990-03-01"}
    whole = {"reason": "new", "address": "Dukuh Krajan RT 02 RW 01", "declaration": True}
    family = offering("kartu-keluarga")

    def told(*members: object) -> list[tuple[str, str]]:
        found = check(family, {**whole, "members": list(members)}, [], TODAY).errors
        return sorted((error.field, error.code) for error in found if error.field.startswith("/answers"))

    assert told(right) == []
    assert told() == [("/answers/members", "one-head"), ("/answers/members", "too-few")]
    assert told(*[right] * 21) == [("/answers/members", "one-head"), ("/answers/members", "too-many")]
    assert told(right, {"relation": "child", "sex": "MALE", "birth_date": "2020", "age": 3}) == [
        ("/answers/members/1/age", "unknown-field"),
        ("/answers/members/1/birth_date", "wrong-format"),
        ("/answers/members/1/name", "required"),
    ]
    assert told(right, right) == [("/answers/members", "one-head")]
    assert told(right, {**right, "relation": "other"}) == [("/answers/members", "which-relation")]
