"""Numbers, codes, dates, names and validity of documents."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpp_applications.domain.documents import (
    CROCKFORD,
    IssuedDocument,
    Signer,
    date_text,
    document_number,
    grouped,
    masked_name,
    new_verification_code,
    read_verification_code,
    validity,
)
from mpp_runtime.errors import Conflict, Text


def issued(**changes: object) -> IssuedDocument:
    task = uuid4()
    facts: dict[str, object] = {
        "id": task, "task": task, "application": uuid4(), "output": "permit", "title": Text("Izin", "Permit"),
        "number": "503/0001/SIPP/33.14/2026", "holder": "S*** R***", "sha256": "0" * 64, "storage_key": "documents/x",
        "verification_code": "0" * 26, "media_type": "application/pdf", "valid_from": date(2026, 11, 24),
        "valid_until": date(2031, 11, 24), "issued_at": datetime(2026, 11, 24, tzinfo=UTC),
        "signer": Signer("1", "A", "B", "dpmptsp", "33.14"), "simulated": True,
    }  # fmt: skip
    return IssuedDocument(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("503/{sequence:04d}/SIPP/{mall_code}/{year}", "503/0007/SIPP/33.14/2026"),
        ("{sequence}/{year}", "7/2026"),
        ("{sequence:02d}", "07"),
        ("A-{sequence:04d}-{sequence}", "A-0007-7"),
    ],
)
def test_a_number_follows_its_pattern(pattern: str, number: str) -> None:
    assert document_number(pattern, sequence=7, mall_code="33.14", year=2026) == number


def test_a_number_that_outgrows_its_pattern_is_not_cut() -> None:
    assert document_number("{sequence:04d}", sequence=123456, mall_code="33.14", year=2026) == "123456"


@pytest.mark.parametrize("pattern", ["{serial}", "{sequence:x}", "{sequence.__class__}", "{0}", "{", " ", ""])
def test_an_unknown_pattern_is_refused_for_the_operator(pattern: str) -> None:
    with pytest.raises(Conflict) as refused:
        document_number(pattern, sequence=1, mall_code="33.14", year=2026)
    assert refused.value.code == "number-pattern-unknown"


def test_codes_are_26_crockford_characters_and_never_the_same() -> None:
    codes = {new_verification_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == 26 and set(code) <= set(CROCKFORD) for code in codes)
    # 128 bits in 26 x 5: the first character carries three of them, so both halves of the alphabet occur elsewhere.
    assert {code[0] for code in codes} <= set("01234567")
    assert {code[-1] for code in codes} == set(CROCKFORD)


@given(st.integers(0, 2**128 - 1), st.sampled_from([str.lower, str.upper, lambda text: text.replace("-", " ")]))
def test_a_code_is_read_back_however_it_was_written(value: int, spell: Callable[[str], str]) -> None:
    code = "".join(CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))
    assert read_verification_code(spell(grouped(code))) == code
    misread = code.replace("1", "I").replace("0", "O")
    assert read_verification_code(misread.replace("I", "l", 1)) == code


@pytest.mark.parametrize("text", ["", "A" * 25, "A" * 27, "U" * 26, "../" * 9, "A" * 5000, "\x00" * 26, "é" * 26])
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_verification_code(text) is None


def test_grouped_for_reading() -> None:
    assert grouped("ABCDEFGHJKMNPQRSTVWXYZ0123") == "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-23"


def test_dates_in_both_languages() -> None:
    assert date_text(date(2026, 11, 24)) == Text("24 November 2026", "24 November 2026")
    assert date_text(date(1992, 8, 7)) == Text("7 Agustus 1992", "7 August 1992")
    assert len({date_text(date(2026, month, 1)).id for month in range(1, 13)}) == 12


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Siti Rahmawati", "S*** R***"), ("budi", "B***"), ("  A.  B ", "A*** B***"), ("", "***"), ("-", "***")],
)
def test_a_holder_is_shown_by_first_letters(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@given(st.text(max_size=60))
def test_a_mask_tells_neither_the_name_nor_its_length(name: str) -> None:
    masked = masked_name(name)
    assert all(len(word) <= 5 for word in masked.split())  # "ß" becomes "SS"
    assert len(masked.split()) <= max(1, len(name.split()))


def test_a_document_is_valid_through_its_last_day() -> None:
    document = issued()
    assert validity(document, date(2031, 11, 24)) == "valid"
    assert validity(document, date(2031, 11, 25)) == "expired"
    assert validity(issued(valid_until=None), date(2999, 1, 1)) == "valid"
    assert validity(issued(revoked_at=datetime(2027, 1, 1, tzinfo=UTC)), date(2040, 1, 1)) == "revoked"
