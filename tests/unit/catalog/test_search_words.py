"""Words that mean the same, words that may tell of a person, and the rules of both files."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from mpp_catalog.domain.checks.search import check_life_events, check_synonyms
from mpp_catalog.domain.search_text import other_words, vocabulary_of
from mpp_catalog.use_cases.unmet_demand import UnmetDemand, countable

GROUPS = [["ktp", "kartu tanda penduduk", "e-ktp"], ["kk", "kartu keluarga"]]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["KTP baru"], GROUPS[0]),
        (["Penerbitan Kartu Tanda Penduduk"], GROUPS[0]),
        (["E-KTP"], GROUPS[0]),
        (["kartu keluarga dan ktp"], [*GROUPS[0], *GROUPS[1]]),
        (["akkadia", "kartu", "tanda penduduk"], []),
    ],
)
def test_a_group_is_meant_when_one_of_it_is_said_whole(said: list[str], meant: list[str]) -> None:
    assert other_words(said, GROUPS) == meant


def test_only_words_of_letters_are_offered_as_a_spelling() -> None:
    assert vocabulary_of(["Surat e-KTP 2026 di RT 01", "kk"]) == {"surat", "ktp"}


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        (["visa", "paspor"], "paspor visa"),
        (["pajak", "2026"], "2026 pajak"),
        (["3314123456789001"], None),
        (["0812", "3456", "7890"], None),
        (["pajak", "20261"], None),
        (["satu", "dua", "tiga", "empat", "lima", "enam"], None),
        (["x" * 61], None),
        ([], None),
    ],
)
def test_what_may_tell_of_a_person_is_not_counted(words: list[str], counted: str | None) -> None:
    assert countable(words) == counted


def test_a_flood_of_words_does_not_fill_the_memory() -> None:
    class Stored:
        rows: Sequence[tuple[str, str, int]] = ()

        async def add(self, _day: date, counted: Sequence[tuple[str, str, int]], *_: object) -> None:
            self.rows = counted

    class Clock:
        def now(self) -> datetime:
            return datetime(2026, 11, 24, tzinfo=UTC)

    stored = Stored()
    demand = UnmetDemand(stored, Clock())  # type: ignore[arg-type]
    for number in range(3000):
        demand.count(None, ["kata", "abcdefghij"[number % 10] * (1 + number // 10 % 50), "xyz"[number % 3] * 5])
    for number in range(3000):
        demand.count(str(number), ["paspor"])
    asyncio.run(demand.flush())
    assert len(stored.rows) == 1000


def test_a_word_belongs_to_one_group_and_a_phrase_to_one_life_event() -> None:
    (problem,) = check_synonyms({"groups": [["ktp", "e-ktp"], ["kk", "ktp"]]})
    assert (problem.where, "join the two groups" in problem.message) == ("/groups/1/1", True)
    birth = {"code": "birth", "phrases": {"id": ["bayi lahir"], "en": ["baby born"]}}
    found = list(check_life_events({"life_events": [birth, {**birth, "code": "other"}, birth]}, ["birth", "other"]))
    assert [problem.where for problem in found] == [
        "/life_events/1/phrases/id/0",
        "/life_events/1/phrases/en/0",
        "/life_events/2/code",
    ]


def test_the_life_events_of_definitions_and_of_the_search_are_the_same() -> None:
    birth = {"code": "birth", "phrases": {"id": ["bayi lahir"], "en": ["baby born"]}}
    born = {"code": "baby-born", "phrases": {"id": ["anak lahir"], "en": ["child born"]}}
    unknown, unsaid = check_life_events({"life_events": [birth, born]}, ["birth", "death"])
    assert (unknown.where, unsaid.where) == ("/life_events/1/code", "/life_events")
    assert "no definition may name the life event 'baby-born'" in unknown.message
    assert "'death', and nobody can search it" in unsaid.message
