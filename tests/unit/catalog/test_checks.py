"""Planted mistakes: each is found, at its place, with a message that says what to do."""

from collections.abc import Callable
from typing import Any

import pytest
from mpp_catalog.domain.checks import check_definition, check_override
from mpp_catalog.domain.checks.workflow import longest_path

from tests.unit.catalog.shipped import document, folder, known, override

Plant = Callable[[dict[str, Any]], Any]
SCHEMA = folder().schemas["service-definition"]
FREE = document("akta-kelahiran")["fees"][0]


def state(definition: dict[str, Any], code: str) -> dict[str, Any]:
    return next(s for s in definition["workflow"]["states"] if s["code"] == code)


def action(definition: dict[str, Any], of: str, code: str) -> dict[str, Any]:
    return next(a for a in state(definition, of)["actions"] if a["code"] == code)


def double(definition: dict[str, Any]) -> None:
    definition["requirements"].append(dict(definition["requirements"][0]))


def new_state(**fields: Any) -> Plant:
    label = {"id": "Baru", "en": "New"}
    extra = {"code": "extra", "label": label, "status": "IN_REVIEW", "clock": "AGENCY", **fields}
    return lambda d: d["workflow"]["states"].append(extra)


# (what is planted, where it is found, a part of the message)
MISTAKES: list[tuple[str, Plant, str, str]] = [
    ("no version", lambda d: d.pop("version"), "/", '"version" is a required property: add it'),
    ("a number as version", lambda d: d.update(version=2026), "/version", "string"),
    ("misspelt part", lambda d: d.update(requirement=[]), "/requirement", "'requirement' was unexpected): take it out"),
    ("text in one language", lambda d: d["name"].pop("en"), "/name", '"en" is a required property'),
    ("not a date", lambda d: d.update(effective_from="2026-13-01"), "/effective_from", "date"),
    ("ends before it begins", lambda d: d.update(effective_to="2025-12-31"), "/effective_to", "ends before it begins"),
    ("a fraction", lambda d: d["form"]["schema"]["properties"]["sub_type"].update(multipleOf=0.5), "/", "0.5"),
    ("start is no state", lambda d: d["workflow"].update(start="nope"), "/workflow/start", "no state 'nope'"),
    (
        "an action into nowhere",
        lambda d: action(d, "completeness", "accept").update(to="nope"),
        "/workflow/states/0/actions/0/to",
        "there is no state 'nope'",
    ),
    (
        "an event that does not exist",
        lambda d: action(d, "completeness", "accept").update(event="StepDone"),
        "/workflow/states/0/actions/0/event",
        "mpp.applications.v1 has no event 'StepDone'",
    ),
    (
        "an event that does not fit",
        lambda d: action(d, "completeness", "reject").update(event="StepEntered"),
        "/workflow/states/0/actions/2/event",
        "the event that leads there is ApplicationRejected",
    ),
    (
        "a rejection without reason",
        lambda d: action(d, "completeness", "reject").pop("needs"),
        "/workflow/states/0/actions/2",
        "add 'needs: [reason]'",
    ),
    (
        "a state nobody reaches",
        new_state(task="registry-check", outcomes=document("sip-perawat")["workflow"]["states"][2]["outcomes"]),
        "/workflow/states/9",
        "'extra' is never reached",
    ),
    (
        "a way without end",
        lambda d: (
            new_state(
                applicant=True,
                clock="APPLICANT",
                actions=[{"code": "x", "label": {"id": "x", "en": "x"}, "to": "extra", "event": "StepEntered"}],
            )(d),
            action(d, "completeness", "accept").update(to="extra"),
        ),
        "/workflow/states/9",
        "never ends",
    ),
    (
        "a state that is nobody's",
        lambda d: state(d, "completeness").pop("desk"),
        "/workflow/states/0",
        "exactly one of desk, task, applicant",
    ),
    (
        "a desk without time",
        lambda d: state(d, "completeness").pop("working_days"),
        "/workflow/states/0",
        "working_days",
    ),
    (
        "a final state with a clock",
        lambda d: state(d, "issued").update(clock="AGENCY"),
        "/workflow/states/6/clock",
        "NONE",
    ),
    (
        "steps beyond the promise",
        lambda d: state(d, "recommendation").update(working_days=3),
        "/standard/duration/working_days",
        "up to 6 working days",
    ),
    (
        "a task that is not there",
        lambda d: state(d, "signing").update(task="stamp"),
        "/workflow/states/5/task",
        "no task 'stamp'",
    ),
    (
        "a task nobody gives",
        lambda d: d["tasks"].append({**d["tasks"][1], "code": "sign-again"}),
        "/tasks/2",
        "no state",
    ),
    ("an unknown agency", lambda d: d["tasks"][0].update(agency="kki"), "/tasks/0/agency", "no agency 'kki'"),
    (
        "a task without grant",
        lambda d: d["tasks"][0].update(name="revoke"),
        "/tasks/0/name",
        "no grant for task 'revoke'",
    ),
    (
        "a grant for another service",
        lambda d: d.update(code="sip-bidan"),
        "/tasks/0/name",
        "no grant for task 'check' of 'sip-bidan'",
    ),
    (
        "a lookup that is not answered",
        lambda d: d["prefill"][0].update(lookup="person"),
        "/prefill/0/lookup",
        "answers no lookup 'person'",
    ),
    (
        "prefill of no field",
        lambda d: d["prefill"][0]["fields"].update({"/licence/no": "number"}),
        "/prefill/0/fields",
        "no field '/licence/no'",
    ),
    (
        "a task that sees no field",
        lambda d: d["tasks"][0]["answers"].append("/nik"),
        "/tasks/0/answers",
        "no field '/nik'",
    ),
    (
        "a layout of no field",
        lambda d: d["form"]["layout"][0]["fields"][1].update(path="/old_number"),
        "/form/layout/0/fields/1/path",
        "no field '/old_number'",
    ),
    (
        "a field nobody can fill",
        lambda d: d["form"]["layout"][0]["fields"].pop(1),
        "/form/layout",
        "'/old_permit_number' is in form.schema but",
    ),
    (
        "options beside the enum",
        lambda d: d["form"]["layout"][0]["fields"][0]["options"].pop(),
        "/form/layout/0/fields/0",
        "must be exactly the enum",
    ),
    (
        "an open form",
        lambda d: d["form"]["schema"].pop("additionalProperties"),
        "/form/schema",
        "additionalProperties: false",
    ),
    (
        "a form that is no schema",
        lambda d: d["form"]["schema"]["properties"]["sub_type"].update(type="strin"),
        "/form/schema/properties/sub_type/type",
        "not a valid JSON Schema",
    ),
    (
        "a rule that does not compile",
        lambda d: d["form"]["rules"][0].update(expression="answers.sub_type =="),
        "/form/rules/0/expression",
        "does not compile",
    ),
    (
        "a rule on no field",
        lambda d: d["form"]["rules"][0].update(expression="answers.kind == 'x'"),
        "/form/rules/0/expression",
        "reads answers.kind",
    ),
    (
        "an unknown variable",
        lambda d: d["form"]["rules"][0].update(expression="applicant.age > 17"),
        "/form/rules/0/expression",
        "unknown variable 'applicant'",
    ),
    (
        "an unknown function",
        lambda d: d["outputs"][0].update(valid_until="add_months(today, 3)"),
        "/outputs/0/valid_until",
        "unknown function 'add_months'",
    ),
    (
        "a condition on no field",
        lambda d: d["requirements"][2].update(when="answers.practice.type == 'x'"),
        "/requirements/2/when",
        "answers.practice.type",
    ),
    ("one code for two papers", double, "/requirements/4/code", "used twice"),
    (
        "neither paper nor choice",
        lambda d: d["requirements"][0].pop("file"),
        "/requirements/0",
        "either one paper (kind and file) or a choice",
    ),
    (
        "a template that is not there",
        lambda d: d["outputs"][0].update(template="sip"),
        "/outputs/0/template",
        "no definitions/templates/sip.typ",
    ),
    (
        "a number without year",
        lambda d: d["outputs"][0].update(number="503/{sequence}"),
        "/outputs/0/number",
        "{sequence} and {year}",
    ),
    (
        "an unknown part of a number",
        lambda d: d["outputs"][0].update(number="{sequence}/{desk}/{year}"),
        "/outputs/0/number",
        "unknown ['desk']",
    ),
    (
        "a signer who never saw it",
        lambda d: d["outputs"][0]["signer_desk"].update(agency="desa"),
        "/outputs/0/signer_desk",
        "must have seen the file",
    ),
    (
        "a message about no event",
        lambda d: d["messages"].update(Issued=d["messages"]["DocumentIssued"]),
        "/messages/Issued",
        "has no event 'Issued'",
    ),
    (
        "a source nobody knows",
        lambda d: d["requirements"][0].update(source="S999"),
        "/requirements/0/source",
        "'S999' is not in definitions/sources.yaml",
    ),
    (
        "a formula that nobody can read",
        lambda d: d["fees"].append({**FREE, "kind": "provincial-tax", "formula": "1000"}),
        "/fees/0",
        "add 'rule', the same in words",
    ),
    (
        "a stamp with a formula",
        lambda d: d["fees"].append({**FREE, "kind": "stamp-duty", "formula": "10000"}),
        "/fees/0",
        "has amount, not ['formula']",
    ),
    (
        "steps longer than the whole",
        lambda d: d["standard"]["duration"].update(
            minutes=30, steps=[{"name": d["name"], "minutes": 20}, {"name": d["name"], "minutes": 15}]
        ),
        "/standard/duration/steps",
        "add up to 35 minutes, the standard says 30 minutes",
    ),
    (
        "a step of no time",
        lambda d: d["standard"]["duration"].update(steps=[{"name": d["name"]}]),
        "/standard/duration/steps/0",
        "exactly one of minutes, hours and working_days",
    ),
    (
        "a published time beyond the deadline",
        lambda d: d["standard"]["duration"].update(hours=41),
        "/standard/duration",
        "longer than the deadline",
    ),
    (
        "minutes and hours",
        lambda d: d["standard"]["duration"].update(minutes=30, hours=1),
        "/standard/duration",
        "keep one of them",
    ),
    (
        "a class beyond the standard",
        lambda d: d.update(deadline_classes=[{"code": "a", "name": d["name"], "when": "true", "working_days": 9}]),
        "/deadline_classes/0/working_days",
        "no class may take longer",
    ),
    ("an unknown life event", lambda d: d.update(life_events=["lottery"]), "/life_events/0", "use one of these"),
    (
        "copies of a scan",
        lambda d: d["requirements"][0].update(copies=2),
        "/requirements/0/copies",
        "take out copies or make it a copy",
    ),
    (
        "a form code that is none",
        lambda d: d["requirements"][0].update(form_code="formulir"),
        "/requirements/0/form_code",
        "write it in this pattern",
    ),
    (
        "two validities",
        lambda d: d["requirements"][0].update(validity={"days": 30, "months": 1}),
        "/requirements/0/validity",
        "keep one of them",
    ),
    (
        "facts of a choice",
        lambda d: (
            [d["requirements"][0].pop(k) for k in ("kind", "file")],
            d["requirements"][0].update(
                form_code="F-1.02",
                any_of=[{**d["requirements"][1], "code": c} for c in ("one", "two")],
            ),
            [a.pop("mandatory") for a in d["requirements"][0]["any_of"]],
        ),
        "/requirements/0/form_code",
        "move form_code to the alternatives",
    ),
    (
        "a fee without amount",
        lambda d: d["fees"].append(
            {"code": "x", "kind": "pnbp", "label": d["name"], "legal_reference": {"title": "x", "confirmed": True}}
        ),
        "/fees/0",
        "has amount, not nothing",
    ),
]


def test_facts_of_papers_durations_and_classes_are_taken() -> None:
    definition = document("sip-perawat")
    name = definition["name"]
    definition["requirements"][0].update(validity={"months": 3}, form_code="F-1.02", obtained_at=name)
    definition["requirements"][3].update(copies=2)
    definition["standard"]["duration"].update(
        steps=[{"name": name, "working_days": 4}, {"name": name, "hours": 8, "excludes_payment": True}]
    )
    definition.update(life_events=["work"])
    definition["deadline_classes"] = [
        {"code": "renewal", "name": name, "when": 'answers.sub_type == "renewal"', "working_days": 3}
    ]
    assert check_definition(definition, SCHEMA, known()) == []


def test_the_shipped_definition_has_no_mistake() -> None:
    assert check_definition(document("sip-perawat"), SCHEMA, known()) == []


@pytest.mark.parametrize(("plant", "where", "message"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_planted_mistake_is_found(plant: Plant, where: str, message: str) -> None:
    broken = document("sip-perawat")
    plant(broken)
    problems = check_definition(broken, SCHEMA, known())
    assert any(p.where == where and message in p.message for p in problems), [
        f"{p.where}: {p.message}" for p in problems
    ]


OVERRIDE_MISTAKES: list[tuple[str, Plant, str, str]] = [
    ("an unknown mall", lambda o: o.update(mall="99.99"), "/mall", "no mall '99.99'"),
    ("an unknown version", lambda o: o.update(version="2025.9"), "/version", "no version 2025.9"),
    ("no legal reference", lambda o: o.pop("legal_reference"), "/", '"legal_reference" is a required property'),
    ("the nation's to say", lambda o: o["patch"].update(owner={}), "/patch/owner", "the nation's to say"),
    ("nothing changed", lambda o: o.update(patch={"fees": []}), "/patch", "changes nothing"),
    (
        "a longer promise",
        lambda o: o["patch"].update(standard={"duration": {"working_days": 9}}),
        "/patch/standard/duration",
        "the national standard is 5 working days",
    ),
    (
        "a step beyond the promise",
        lambda o: o["patch"].update(workflow={"states": {"recommendation": {"working_days": 9}}}),
        "/patch",
        "up to 12 working days",
    ),
    (
        "a patch that breaks the definition",
        lambda o: o["patch"].update(workflow={"states": {"signature": None}}),
        "/patch",
        "there is no state 'signature'",
    ),
    ("a patch of another shape", lambda o: o["patch"].update(requirements="none"), "/patch", "/requirements"),
]


@pytest.mark.parametrize(
    ("plant", "where", "message"), [m[1:] for m in OVERRIDE_MISTAKES], ids=[m[0] for m in OVERRIDE_MISTAKES]
)
def test_a_planted_mistake_in_an_override_is_found(plant: Plant, where: str, message: str) -> None:
    broken = override("33.14")
    plant(broken)
    definitions = {("sip-perawat", "2026.1"): document("sip-perawat")}
    problems = check_override(broken, folder().schemas["override"], SCHEMA, definitions, {"33.14"}, known())
    assert any(p.where == where and message in p.message for p in problems), [
        f"{p.where}: {p.message}" for p in problems
    ]


@pytest.mark.parametrize(
    ("service", "patch", "message"),
    [
        ("akta-kematian", {"standard": {"duration": {"minutes": 45}}}, "the national standard is 30 minutes"),
        ("akta-kematian", {"standard": {"duration": {"minutes": None}}}, "the national standard is 30 minutes"),
        ("pengaduan", {"deadline_classes": {"light": {"working_days": 5}}}, "the national standard is 2 working days"),
        ("akta-kematian", {"standard": {"duration": {"minutes": 20}}}, ""),
        ("pengaduan", {"deadline_classes": {"service": {"working_days": 10}}}, ""),
    ],
)
def test_a_region_may_promise_less_not_more(service: str, patch: dict[str, Any], message: str) -> None:
    changed = override("33.14") | {"service": service, "patch": patch}
    definitions = {(service, "2026.1"): document(service)}
    problems = check_override(changed, folder().schemas["override"], SCHEMA, definitions, {"33.14"}, known())
    assert [message in problem.message for problem in problems] == ([True] if message else []), problems


def test_a_shipped_override_has_no_mistake() -> None:
    definitions = {("sip-perawat", "2026.1"): document("sip-perawat")}
    schema = folder().schemas["override"]
    assert check_override(override("33.14"), schema, SCHEMA, definitions, {"33.14"}, known()) == []


def test_of_a_tangled_workflow_all_days_count() -> None:
    """Twenty states that all lead to each other: more paths than anybody can walk."""
    codes = [f"desk-{number}" for number in range(20)]
    actions = [{"to": code, "event": "StepEntered"} for code in codes]
    states = [{"code": code, "working_days": 1, "actions": actions} for code in codes]
    asked = {"code": "asked", "applicant": True, "working_days": 9, "actions": actions}
    assert longest_path({"workflow": {"start": "desk-0", "states": [*states, asked]}}) == 20
