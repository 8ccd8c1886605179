"""An application's whole life, driven by the nurse's permit as data."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from mpp_applications.domain.actors import Actor
from mpp_applications.domain.application import Application, Moment
from mpp_applications.domain.events import CorrectionItem
from mpp_applications.domain.status import ClockOwner, Status
from mpp_applications.domain.timeline import HistoryLine, timeline, waiting_for
from mpp_applications.domain.validation import check
from mpp_runtime.errors import Conflict, Invalid, NotAllowed, Stale, Text

from tests.unit.applications.samples import (
    ANSWERS,
    CALENDAR,
    HEAD,
    MONDAY,
    PAPERS,
    RECOMMENDER,
    SECOND_VERIFIER,
    SITI,
    STRANGE_VERIFIER,
    VERIFIER,
    offering,
)

OFFERING = offering()
DESKS = {"completeness": VERIFIER, "recommendation": RECOMMENDER, "signature": HEAD}
ITEM = CorrectionItem("/practice/name", Text("Tulis lengkap", "Tulis lengkap"))


def at(days: float = 0) -> Moment:
    return Moment(MONDAY + timedelta(days=days), CALENDAR, uuid4)


def draft() -> Application:
    made = Application.draft(uuid4(), SITI, OFFERING, ANSWERS, MONDAY)
    for paper in PAPERS:
        made.change_papers(paper, made.given | {paper}, MONDAY)
    return made


def checked(application: Application) -> Any:
    return check(OFFERING, application.answers, application.given, date(2026, 11, 23))


def submitted() -> Application:
    made = draft()
    made.submit(checked(made), at(), "33.14-SIP-2026-000001", "SECRET")
    return made


def decide(application: Application, officer: Actor, code: str, when: Moment | None = None, **more: Any) -> None:
    application.claim(officer, (when or at()).now)
    application.act(officer, code, when or at(), **more)


def open_task(application: Application) -> UUID:
    assert application.agency_task is not None
    return application.agency_task.id


def checking() -> Application:
    made = submitted()
    decide(made, VERIFIER, "accept")
    return made


def at_signature() -> Application:
    made = checking()
    made.answer(open_task(made), "accepted", at())
    decide(made, RECOMMENDER, "recommend")
    return made


def signing() -> Application:
    made = at_signature()
    decide(made, HEAD, "sign")
    return made


def issued() -> Application:
    made = signing()
    made.answer(open_task(made), "accepted", at(), document=(uuid4(), "ab" * 32))
    return made


def corrected() -> Application:
    made = submitted()
    decide(made, VERIFIER, "return", items=[ITEM])
    return made


def rejected() -> Application:
    made = submitted()
    decide(made, VERIFIER, "reject", reason="Tidak memenuhi syarat")
    return made


def withdrawn() -> Application:
    made = submitted()
    made.withdraw(at())
    return made


LIVES: dict[str, Callable[[], Application]] = {
    "draft": draft,
    "completeness": submitted,
    "correction": corrected,
    "registry-check": checking,
    "recommendation": lambda: at_recommendation(),
    "signature": at_signature,
    "signing": signing,
    "issued": issued,
    "rejected": rejected,
    "withdrawn": withdrawn,
}


def at_recommendation() -> Application:
    made = checking()
    made.answer(open_task(made), "accepted", at())
    return made


def names(application: Application) -> list[str]:
    return [type(event).__name__ for event in application.events]


def test_the_whole_way_to_the_document_names_every_fact_once_and_in_order() -> None:
    made = issued()
    assert names(made) == [
        "ApplicationDrafted", "AttachmentsChanged", "AttachmentsChanged", "AttachmentsChanged", "ApplicationSubmitted",
        "TaskClaimed", "StepEntered", "AgencyTaskAsked", "AgencyTaskAnswered", "TaskClaimed", "StepEntered",
        "TaskClaimed", "ApplicationApproved", "AgencyTaskAsked", "AgencyTaskAnswered", "DocumentIssued",
    ]  # fmt: skip
    assert [event.entry.version for event in made.events] == list(range(1, 17)) == list(range(1, made.version + 1))
    assert (made.status, made.clock_owner, made.due_at) == (Status.ISSUED, ClockOwner.NONE, None)
    assert made.decided_by == HEAD.id


def test_submitting_gives_number_secret_promise_and_the_first_deadline() -> None:
    made = submitted()
    # Five working days after Monday 23 November; one for the first step.
    assert made.promised_date == date(2026, 11, 30)
    assert made.due_at == datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC)
    assert (made.status, made.state, made.clock_owner) == (Status.IN_REVIEW, "completeness", ClockOwner.AGENCY)
    assert made.events[-1].entry.answers == ANSWERS


def illegal_actions() -> Iterator[tuple[str, str]]:
    known = sorted({code for state in OFFERING.states.values() for code in state.actions} | {"nonsense"})
    for name in LIVES:
        place = OFFERING.states.get(name)
        legal = place.actions if place and place.desk else {}
        yield from ((name, code) for code in known if code not in legal)


@pytest.mark.parametrize(("state", "action"), illegal_actions())
def test_an_action_that_is_not_of_the_state_is_refused_with_what_is_possible(state: str, action: str) -> None:
    made = LIVES[state]()
    version = made.version
    with pytest.raises(Conflict) as refused:
        made.act(DESKS.get(state, VERIFIER), action, at(), reason="x", items=[ITEM])
    assert refused.value.code == "action-not-possible"
    assert refused.value.extra["possible"] == made.possible()
    assert made.version == version


@pytest.mark.parametrize("state", LIVES)
def test_every_other_verb_is_refused_where_it_is_not_possible(state: str) -> None:
    def verbs(made: Application) -> Iterator[tuple[str, Callable[[], None], bool]]:
        editable = state in ("draft", "correction")
        yield "change", lambda: made.change_answers({"sub_type": "renewal"}, MONDAY), editable
        yield "attach", lambda: made.change_papers("photo", ["photo"], MONDAY), editable
        yield "submit", lambda: made.submit(checked(made), at(), "N", "S"), state == "draft"
        yield "resubmit", lambda: made.resubmit(checked(made), at()), state == "correction"
        allowed = ("draft", "completeness", "correction", "registry-check", "recommendation", "signature")
        yield "withdraw", lambda: made.withdraw(at()), state in allowed
        yield "claim", lambda: made.claim(DESKS.get(state, VERIFIER), MONDAY), state in DESKS
        yield "answer", lambda: made.answer(uuid4(), "accepted", at()), False

    for number, (name, _, allowed) in enumerate(verbs(LIVES[state]())):
        made = LIVES[state]()
        act = list(verbs(made))[number][1]
        if allowed:
            act()
            continue
        version = made.version
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.extra["possible"] == made.possible(), name
        assert made.version == version


def test_a_return_names_its_items_stops_the_clock_and_moves_the_promise() -> None:
    made = submitted()
    promised = made.promised_date
    decide(made, VERIFIER, "return", items=[ITEM])
    assert (made.status, made.clock_owner, made.due_at) == (Status.ACTION_REQUIRED, ClockOwner.APPLICANT, None)
    assert made.items == (ITEM,)
    waiting = waiting_for(made)
    assert waiting is not None
    assert waiting.kind == "applicant"
    # Returned on Monday, handed in again on the Wednesday of the week after: 7 working days were the applicant's.
    made.resubmit(checked(made), at(9))
    assert promised == date(2026, 11, 30)
    assert made.promised_date == date(2026, 12, 9) == CALENDAR.plus(promised, 7)
    assert made.state == "completeness"
    assert not made.items


@pytest.mark.parametrize(("code", "missing"), [("return", "items-missing"), ("reject", "reason-missing")])
def test_a_decision_needs_its_reason_or_its_items(code: str, missing: str) -> None:
    made = submitted()
    made.claim(VERIFIER, MONDAY)
    with pytest.raises(Invalid) as refused:
        made.act(VERIFIER, code, at(), reason="  ")
    assert refused.value.code == missing


def test_items_point_at_things_the_form_has() -> None:
    made = submitted()
    made.claim(VERIFIER, MONDAY)
    wrong = CorrectionItem("/no/such", ITEM.note)
    with pytest.raises(Invalid) as refused:
        made.act(VERIFIER, "return", at(), items=[ITEM, wrong])
    assert [error.field for error in refused.value.errors] == ["/items/1/target"]


def test_only_the_desk_that_has_it_only_the_claimer_and_never_ones_own() -> None:
    made = submitted()
    with pytest.raises(NotAllowed, match="not-your-desk"):
        made.claim(STRANGE_VERIFIER, MONDAY)
    with pytest.raises(Conflict, match="task-not-claimed"):
        made.act(VERIFIER, "accept", at())
    made.claim(VERIFIER, MONDAY)
    version = made.version
    made.claim(VERIFIER, MONDAY)
    assert made.version == version, "claiming twice is one fact"
    verbs: tuple[Callable[[], None], ...] = (
        lambda: made.claim(SECOND_VERIFIER, MONDAY),
        lambda: made.act(SECOND_VERIFIER, "accept", at()),
        lambda: made.release(SECOND_VERIFIER, MONDAY),
    )
    for verb in verbs:
        with pytest.raises(Conflict, match="task-claimed"):
            verb()
    made.release(VERIFIER, MONDAY)
    made.claim(SECOND_VERIFIER, MONDAY)
    own = submitted()
    own.owner = VERIFIER.id
    with pytest.raises(NotAllowed, match="own-application"):
        own.claim(VERIFIER, MONDAY)


def test_an_agency_that_rejects_sends_it_back_with_its_reasons() -> None:
    made = checking()
    reasons = [
        CorrectionItem("/licence/number", Text("STR dicabut", "Licence revoked")),
        CorrectionItem("/unknown/field", Text("Lainnya", "Other")),
    ]
    made.answer(open_task(made), "rejected", at(), items=reasons)
    assert names(made)[-2:] == ["AgencyTaskAnswered", "CorrectionRequested"]
    assert [item.target for item in made.items] == ["/licence/number", ""]
    assert made.agency_task is None


def test_later_is_a_fact_that_moves_nothing() -> None:
    made = checking()
    task = open_task(made)
    made.answer(task, "later", at())
    assert (made.state, open_task(made)) == ("registry-check", task)
    assert names(made)[-1] == "AgencyTaskAnswered"


def test_an_agency_away_stops_the_clock_and_says_who_it_is() -> None:
    made = checking()
    task = open_task(made)
    made.agency_went_away(task, at())
    made.agency_went_away(task, at())
    assert names(made).count("AgencyAway") == 1
    assert (made.clock_owner, made.due_at) == (ClockOwner.OUTAGE, None)
    waiting = waiting_for(made)
    assert waiting is not None
    assert (waiting.kind, waiting.agency, waiting.name.id) == ("agency", "sdmk", "Registri SDMK")
    assert waiting.away_since == MONDAY
    made.agency_came_back(task, at(2))
    assert (made.clock_owner, made.promised_date) == (ClockOwner.AGENCY, date(2026, 12, 2))
    assert waiting_for(made).away_since is None  # type: ignore[union-attr]
    made.answer(task, "accepted", at(2))
    assert made.state == "recommendation"


def test_an_answer_after_the_withdrawal_changes_nothing() -> None:
    made = checking()
    task = open_task(made)
    made.withdraw(at())
    version = made.version
    with pytest.raises(Conflict, match="action-not-possible"):
        made.answer(task, "accepted", at())
    made.agency_went_away(task, at())
    assert (made.status, made.version) == (Status.WITHDRAWN, version)


def test_a_signature_that_is_refused_goes_back_to_the_head() -> None:
    made = signing()
    made.answer(open_task(made), "rejected", at())
    assert (made.state, made.status) == ("signature", Status.IN_REVIEW)


def test_an_older_version_is_stale() -> None:
    made = submitted()
    made.check_version(made.version)
    made.check_version(None)
    with pytest.raises(Stale):
        made.check_version(made.version - 1)


def test_an_incomplete_application_is_refused_with_every_error() -> None:
    made = Application.draft(uuid4(), SITI, OFFERING, {}, MONDAY)
    with pytest.raises(Invalid) as refused:
        made.submit(checked(made), at(), "N", "S")
    fields = {error.field for error in refused.value.errors}
    assert {"/answers/sub_type", "/answers/licence", "/attachments/photo"} <= fields
    assert made.status is Status.DRAFT


def test_citizens_read_units_and_officers_read_officers() -> None:
    made = corrected()
    history = [HistoryLine(type(event).__name__, event.entry) for event in made.events]
    own = timeline(OFFERING, history, "applicant")
    told = [line.event for line in own]
    assert told[:3] == ["ApplicationDrafted", "AttachmentsChanged", "ApplicationSubmitted"], (
        "a run of edits is one line"
    )
    assert all(line.officer is None and not line.comment for line in own)
    returned = own[-1]
    assert (returned.who.id, returned.items) == ("Petugas perizinan DPMPTSP", (ITEM,))
    assert timeline(OFFERING, history, "officer")[-1].officer == VERIFIER.id
    public = timeline(OFFERING, history, "public")
    assert not any(line.items or line.reason for line in public)
    assert "AttachmentsChanged" not in [line.event for line in public]
