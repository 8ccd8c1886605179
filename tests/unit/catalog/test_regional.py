"""A region asks for more or for less only where the definition lets it."""

from dataclasses import replace
from typing import Any

import pytest
from mpp_catalog.domain.checks.override import NATIONAL
from mpp_catalog.domain.checks.regional import check_regional, regional_of
from mpp_catalog.domain.merge_patch import apply_patch
from mpp_catalog.main import APPLICATION_EVENTS
from mpp_catalog.storage.definition_files import parse
from mpp_catalog.use_cases.check_folder import check_folder

from tests.unit.catalog.shipped import DEFINITIONS, content, document, folder

PAPER = {"name": {"id": "Surat", "en": "Letter"}, "kind": "scan", "mandatory": True, "file": {}}
# Made for these tests: a choice, a condition, a paper with every fact, a fee of each kind, classes, a question.
BASELINE: dict[str, Any] = document("pengaduan") | {
    "owner": {"level": "regional", "agency": "dpmptsp"},
    "requirements": [
        {**PAPER, "code": "letter", "when": "true", "copies": 2, "validity": {"months": 3}, "mandatory": False}
        | {"kind": "copy", "file": {"types": ["image/png", "image/jpeg"], "max_bytes": 5000}, "reuse": True},
        {"code": "proof", "name": PAPER["name"], "mandatory": True, "any_of": [{"code": "a"}, {"code": "b"}]},
    ],
    "form": {
        "schema": {"type": "object", "required": ["a"], "properties": {"a": {"enum": ["x", "y"]}, "b": {}}},
        "layout": [],
        "rules": [{"code": "short", "expression": "true", "field": "/a", "message": PAPER["name"]}],
    },
    "fees": [
        {"code": "levy", "kind": "retribusi", "formula": "1"},
        {"code": "stamp", "kind": "stamp-duty", "amount": 10000},
    ],
    "outputs": [{"code": "permit", "number": "{sequence}", "valid_until": "today", "name": PAPER["name"]}],
}
FEWER = {"types": ["image/png"]}

# (part, patch, what the change is): stricter or looser is allowed where just that is, "otherwise" only with any.
CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("requirements", {"new": PAPER}, "stricter"),
    ("requirements", {"letter": None}, "looser"),
    ("requirements", {"letter": {"mandatory": True}}, "stricter"),
    ("requirements", {"proof": {"mandatory": False}}, "looser"),
    ("requirements", {"letter": {"when": None}}, "stricter"),
    ("requirements", {"proof": {"when": "true"}}, "looser"),
    ("requirements", {"letter": {"when": "false"}}, "otherwise"),
    ("requirements", {"letter": {"copies": 3}}, "stricter"),
    ("requirements", {"letter": {"copies": None}}, "looser"),
    ("requirements", {"letter": {"kind": "original"}}, "stricter"),
    ("requirements", {"letter": {"kind": "scan"}}, "looser"),
    ("requirements", {"letter": {"file": {"max_bytes": 100}}}, "stricter"),
    ("requirements", {"letter": {"file": {"max_bytes": 9000}}}, "looser"),
    ("requirements", {"letter": {"file": FEWER}}, "stricter"),
    ("requirements", {"letter": {"file": {"types": ["application/pdf"]}}}, "otherwise"),
    ("requirements", {"letter": {"validity": {"months": 1}}}, "stricter"),
    ("requirements", {"letter": {"validity": {"months": 6}}}, "looser"),
    ("requirements", {"letter": {"validity": None}}, "looser"),
    ("requirements", {"letter": {"validity": {"months": None, "days": 30}}}, "otherwise"),
    ("requirements", {"letter": {"reuse": False}}, "stricter"),
    ("requirements", {"letter": {"name": {"id": "Surat gubernur"}}}, "otherwise"),
    ("requirements", {"proof": {"any_of": {"b": None}}}, "stricter"),
    ("requirements", {"proof": {"any_of": {"c": PAPER}}}, "looser"),
    ("requirements", {"proof": {"any_of": {"a": {"when": "true"}}}}, "stricter"),
    ("form", {"schema": {"properties": {"c": {"type": "string"}}}}, "stricter"),
    ("form", {"schema": {"properties": {"b": None}}}, "looser"),
    ("form", {"schema": {"required": ["a", "b"]}}, "stricter"),
    ("form", {"schema": {"required": []}}, "looser"),
    ("form", {"schema": {"properties": {"a": {"enum": ["x"]}}}}, "stricter"),
    ("form", {"schema": {"properties": {"a": {"enum": ["x", "y", "z"]}}}}, "looser"),
    ("form", {"schema": {"properties": {"b": {"type": "string"}}}}, "otherwise"),
    ("form", {"rules": {"long": {"expression": "true"}}}, "stricter"),
    ("form", {"rules": {"short": None}}, "looser"),
    ("form", {"rules": {"short": {"expression": "false"}}}, "otherwise"),
]


def refused(patch: dict[str, Any], **regional: str) -> list[str]:
    """Where, of the changes that this patch makes in a definition that says this."""
    baseline = BASELINE | ({"regional": regional} if regional else {})
    return [problem.where for problem in check_regional(baseline, apply_patch(dict(baseline), patch))]


@pytest.mark.parametrize(("part", "patch", "way"), CHANGES, ids=[f"{c[0]} {c[1]}"[:60] for c in CHANGES])
def test_a_change_is_allowed_where_its_way_is(part: str, patch: dict[str, Any], way: str) -> None:
    allowed = {rule for rule in ("stricter", "looser", "any", "none") if not refused({part: patch}, **{part: rule})}
    assert allowed == {"any"} | ({way} & {"stricter", "looser"})


@pytest.mark.parametrize(
    ("patch", "regional", "where"),
    [
        ({"fees": {"levy": {"formula": "2"}}}, {}, []),
        ({"fees": {"levy": {"formula": "2"}}}, {"fees": "none"}, ["/patch/fees/levy/formula"]),
        ({"fees": {"stamp": {"amount": 1}}}, {}, ["/patch/fees/stamp/amount"]),
        ({"fees": {"stamp": {"kind": "retribusi"}}}, {}, ["/patch/fees/stamp/kind"]),
        ({"fees": {"form": {"kind": "pnbp", "amount": 1}}}, {}, ["/patch/fees/form"]),
        ({"fees": {"stamp": None}}, {"fees": "any"}, []),
        ({"outputs": {"permit": {"number": "1/{sequence}"}}}, {}, []),
        ({"outputs": {"permit": {"valid_until": None}}}, {}, ["/patch/outputs/permit/valid_until"]),
        ({"outputs": {"permit": None}}, {}, ["/patch/outputs/permit"]),
        ({"outputs": {"permit": {"valid_until": None}}}, {"outputs": "any"}, []),
        ({"standard": {"duration": {"working_days": 30}}}, {}, []),
        (
            {"standard": {"duration": {"working_days": 30}}},
            {"duration": "none"},
            ["/patch/standard/duration/working_days"],
        ),
        ({"deadline_classes": {"light": None}}, {}, ["/patch/deadline_classes/light"]),
        ({"deadline_classes": {"light": {"when": "false"}}}, {}, ["/patch/deadline_classes/light"]),
        ({"deadline_classes": BASELINE["deadline_classes"][::-1]}, {}, ["/patch/deadline_classes"]),
        ({"deadline_classes": {"brief": {"when": "true", "working_days": 1}}}, {}, []),
        ({"tasks": [{"code": "send"}]}, {}, []),
        ({"tasks": [{"code": "send"}]}, {"workflow": "times"}, ["/patch/tasks/send"]),
        ({"workflow": {"start": "there"}}, {"workflow": "none"}, ["/patch/workflow/start"]),
        ({"description": {"id": "Di sini", "en": "Here"}}, {"requirements": "none", "workflow": "none"}, []),
    ],
)
def test_each_part_has_its_rule(patch: dict[str, Any], regional: dict[str, str], where: list[str]) -> None:
    assert refused(patch, **regional) == where


def test_a_region_may_change_times_alone_where_only_they_are_its_own() -> None:
    first = BASELINE["workflow"]["states"][0]["code"]
    assert refused({"workflow": {"states": {first: {"working_days": 1}}}}, workflow="times") == []
    assert refused({"workflow": {"states": {first: {"label": {"id": "Lain"}}}}}, workflow="times") != []


def test_without_a_word_a_village_shapes_its_own_letters_and_others_only_ask_for_more() -> None:
    assert regional_of(BASELINE)["requirements"] == "stricter"
    assert regional_of(BASELINE | {"owner": {"level": "village"}})["requirements"] == "any"
    assert regional_of(BASELINE | {"regional": {"requirements": "none"}})["requirements"] == "none"
    assert regional_of(BASELINE | {"regional": {"requirements": "none"}})["fees"] == "regional"


def test_a_region_does_not_give_itself_leave() -> None:
    assert "regional" in NATIONAL


@pytest.mark.parametrize(
    ("name", "of", "right", "wrong", "place", "mend"),
    [
        (
            "33.15/sip-perawat.yaml",
            "sip-perawat",
            "    health-letter:\n",
            "    place-letter: null\n    health-letter:\n",
            "/patch/requirements/place-letter",
            "a region may ask for more, not for less or otherwise; take this out, or publish a version",
        ),
        (
            "33.14/sip-perawat.yaml",
            "sip-perawat",
            "      number:",
            "      valid_until: today\n      number:",
            "/patch/outputs/permit/valid_until",
            "not what it is or how long it is valid",
        ),
        (
            "33.14/sip-perawat.yaml",
            "sip-perawat",
            "patch:\n",
            "patch:\n  regional: {requirements: any}\n",
            "/patch/regional",
            "take it out of the patch",
        ),
    ],
)
def test_what_is_not_allowed_is_told_with_file_line_and_mend(
    name: str, of: str, right: str, wrong: str, place: str, mend: str
) -> None:
    text = (DEFINITIONS / "overrides" / name).read_text().replace(right, wrong, 1)
    found = folder()
    alone = replace(
        found,
        regions=tuple(region for region in found.regions if len(region.code) < 8),
        definitions=tuple(file for file in found.definitions if file.document["code"] == of),
        overrides=(parse(f"overrides/{name}", text),),
        offerings=(),
    )
    (problem,) = [one for one in check_folder(alone, APPLICATION_EVENTS) if one.path.startswith("overrides/")]
    line = text[: text.index(wrong.strip().splitlines()[-1 if "regional" in wrong else 0])].count("\n") + 1
    assert (problem.path, problem.line, problem.where) == (f"overrides/{name}", line, place)
    assert mend in problem.message


def test_every_shipped_override_keeps_to_what_its_definition_allows() -> None:
    definitions = {(one.service, one.version): one.document for one in content().definitions}
    for override in content().overrides:
        baseline = dict(definitions[override.service, override.version])
        assert list(check_regional(baseline, apply_patch(baseline, override.patch))) == [], override.mall
    # Not for want of a reason: the letter of a village is the one that asks for less.
    village = dict(definitions["surat-keterangan-usaha", "2026.1"])
    patch = next(one.patch for one in content().overrides if one.service == village["code"])
    strict = village | {"regional": {"requirements": "stricter"}}
    assert [p.where for p in check_regional(strict, apply_patch(strict, patch))] == [
        "/patch/requirements/neighbourhood-letter/when"
    ]
