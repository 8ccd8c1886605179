"""Mistakes in a file of terms are told with what to do."""

import json
from copy import deepcopy
from typing import Any

import pytest
from mpp_catalog.domain.checks import check_terms

from tests.unit.catalog.shipped import folder

SCHEMA = folder().schemas["offerings"]
VERSIONS = {"sip-perawat": {"2026.1"}, "ktp-el": {"2026.1"}}
GOOD: dict[str, Any] = {
    "mall": "33.14",
    "offerings": [
        {
            "service": "sip-perawat",
            "version": "2026.1",
            "channels": ["online"],
            "mode": {"kind": "hand-off", "link": "https://example.id", "note": {"id": "a", "en": "b"}},
            "opening": [{"weekdays": [1, 2], "from": "08:00", "until": "15:00"}],
            "quota": {"per_day": 30},
        }
    ],
}


def problems(document: Any) -> list[str]:
    return [f"{problem.where}: {problem.message}" for problem in check_terms(document, SCHEMA, VERSIONS, {"33.14"})]


def test_good_terms_have_no_problem() -> None:
    assert problems(GOOD) == []
    assert problems({"mall": "*", "offerings": [{"service": "ktp-el", "offered": False}]}) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"service": "nib"}, "/offerings/0/service: there is no public service 'nib': name one of ['ktp-el'"),
        ({"version": "2027.1"}, "/offerings/0/version: there is no version 2027.1"),
        ({"channels": []}, "/offerings/0/channels"),
        ({"channels": ["telephone"]}, "/offerings/0/channels/0"),
        ({"mode": {"kind": "hand-off"}}, "/offerings/0/mode: a hand-off needs the link"),
        ({"mode": {"kind": "import", "link": "https://example.id"}}, "/offerings/0/mode/link: only a hand-off"),
        ({"mode": {"kind": "hand-off", "link": "http://example.id"}}, "/offerings/0/mode/link"),
        ({"opening": [{"weekdays": [1], "from": "15:00", "until": "08:00"}]}, "it closes before it opens"),
        ({"opening": [{"weekdays": [8], "from": "08:00", "until": "15:00"}]}, "/offerings/0/opening/0/weekdays/0"),
        ({"quota": {"per_day": 0}}, "/offerings/0/quota/per_day"),
    ],
    ids=json.dumps,
)
def test_a_mistake_is_told_where_it_is(change: dict[str, Any], told: str) -> None:
    document = deepcopy(GOOD)
    document["offerings"][0] |= change
    assert any(told in problem for problem in problems(document)), problems(document)


def test_one_service_is_said_once_and_of_a_mall_that_is() -> None:
    twice = {"mall": "99.99", "offerings": [{"service": "ktp-el"}, {"service": "ktp-el"}]}
    found = problems(twice)
    assert any("there is no mall '99.99'" in one for one in found)
    assert any("/offerings/1/service: 'ktp-el' is there twice" in one for one in found)
