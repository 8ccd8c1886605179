"""RFC 7396, and lists of coded things patched by code."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpp_catalog.domain.merge_patch import apply_patch, keyed, merge

from tests.unit.catalog.shipped import document


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merge(target, patch) == result


def test_a_requirement_is_added_at_the_end_and_the_others_stay() -> None:
    before = document("sip-perawat")
    after = apply_patch(
        before, {"requirements": {"health-letter": {"name": {"id": "a", "en": "b"}, "mandatory": True}}}
    )
    assert after["requirements"][:-1] == before["requirements"]
    assert after["requirements"][-1] == {
        "code": "health-letter",
        "name": {"id": "a", "en": "b"},
        "mandatory": True,
    }


def test_one_step_is_changed_in_its_place() -> None:
    before = document("sip-perawat")
    after = apply_patch(before, {"workflow": {"states": {"recommendation": {"working_days": 1}}}})
    codes = [state["code"] for state in after["workflow"]["states"]]
    assert codes == [state["code"] for state in before["workflow"]["states"]]
    assert after["workflow"]["states"][3]["working_days"] == 1
    assert before["workflow"]["states"][3]["working_days"] == 2, "the baseline must not change"


def test_null_takes_an_entry_out_and_a_list_replaces_all() -> None:
    before = document("sip-perawat")
    assert (
        len(apply_patch(before, {"requirements": {"photo": None}})["requirements"]) == len(before["requirements"]) - 1
    )
    assert apply_patch(before, {"requirements": []})["requirements"] == []


def test_an_entry_is_added_to_an_empty_list() -> None:
    after = apply_patch(document("sip-perawat"), {"fees": {"late": {"kind": "retribusi"}}})
    assert after["fees"] == [{"code": "late", "kind": "retribusi"}]


@given(st.sampled_from(["sip-perawat", "akta-kelahiran", "surat-keterangan-usaha"]), st.booleans())
def test_an_empty_patch_changes_nothing(code: str, by_null: bool) -> None:
    before = document(code)
    assert apply_patch(before, {"not_there": None} if by_null else {}) == before
    assert keyed(before)["workflow"]["states"]["signature"]["desk"]["role"] == "head"
