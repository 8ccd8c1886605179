"""The NIK: what is impossible, what is only strange, what is shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpp_identity.domain.nik import Nik
from mpp_runtime.errors import Invalid


@pytest.mark.parametrize(
    ("digits", "sex", "born"),
    [
        ("3314104708929001", "FEMALE", date(1992, 8, 7)),
        ("3314051203889002", "MALE", date(1988, 3, 12)),
        ("3314107112009003", "FEMALE", date(2000, 12, 31)),
        ("3314103101019004", "MALE", date(2001, 1, 31)),
    ],
)
def test_day_plus_forty_is_a_woman(digits: str, sex: str, born: date) -> None:
    nik = Nik.parse(digits)
    assert nik.sex == sex
    assert born in nik.birth_dates()


@pytest.mark.parametrize(
    ("digits", "possible"),
    [
        ("3314102902049001", True),  # 29 February 2004 and 1904
        ("3314102902009001", True),  # 2000 was a leap year, 1900 was not
        ("3314106902009001", True),
        ("3314102902019001", False),
        ("3314106902019001", False),
        ("3314103002049001", False),
        ("3314103104009001", False),
        ("3314100001909001", False),
        ("3314104001909001", False),
        ("3314103201909001", False),
        ("3314107201909001", False),
        ("3314103900909001", False),
        ("3314101300909001", False),
        ("3314101313909001", False),
    ],
)
def test_the_birth_date_must_have_been_a_day(digits: str, possible: bool) -> None:
    if possible:
        assert Nik.parse(digits).digits == digits
    else:
        with pytest.raises(Invalid) as refused:
            Nik.parse(digits)
        assert refused.value.errors[0].field == "/nik"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "331410470892900",
        "33141047089290011",
        "331410470892900A",
        "331410470892" + "0000",
        "３３１４１０４７０８９２９００１",
        "٣٣١٤١٠٤٧٠٨٩٢٩٠٠١",
    ],
)
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Nik.parse(text)


def test_spaces_dots_and_dashes_are_forgiven() -> None:
    assert Nik.parse(" 33.14.10-470892 9001 ").digits == "3314104708929001"


def test_it_is_shown_masked_and_never_printed_whole() -> None:
    nik = Nik.parse("3314104708929001")
    assert nik.masked == "331410******9001"
    assert "470892" not in repr(nik)
    assert nik.region == "33.14.10"


def test_what_does_not_fit_is_a_warning() -> None:
    nik = Nik.parse("3314104708929001")
    assert nik.warnings(birth_date=date(1992, 8, 7), sex="FEMALE") == ()
    codes = [w.code for w in nik.warnings(birth_date=date(1992, 8, 8), sex="MALE")]
    assert codes == ["nik-birth-date-differs", "nik-sex-differs"]
    # Codes from before the Papuan provinces were split are still good; 10 never was a province.
    assert Nik.parse("9109014708929001").warnings() == ()
    assert [w.code for w in Nik.parse("1009014708929001").warnings()] == ["nik-region-unknown"]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.booleans(), st.integers(9001, 9999))
def test_every_day_of_two_centuries_can_be_somebodys(born: date, woman: bool, serial: int) -> None:
    nik = Nik.parse(f"331410{born.day + 40 * woman:02d}{born:%m%y}{serial}")
    assert born in nik.birth_dates()
    assert nik.sex == ("FEMALE" if woman else "MALE")


@given(st.text(max_size=40))
def test_any_text_is_a_nik_or_a_refusal(text: str) -> None:
    try:
        nik = Nik.parse(text)
    except Invalid:
        return
    assert len(nik.digits) == 16
    assert nik.birth_dates()
