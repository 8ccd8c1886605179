"""The two simulated agencies: their data, their answers, and that they never pretend to be real."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from mpp_connector import (
    Accepted,
    Connector,
    Found,
    LookupAnswer,
    LookupRequest,
    NotFound,
    Refused,
    Rejected,
    RequestInvalid,
    Task,
    TaskAnswer,
)
from mpp_connector_dukcapil.connector import connector as dukcapil
from mpp_connector_dukcapil.people import population
from mpp_connector_sdmk.connector import connector as sdmk
from mpp_connector_sdmk.connector import objections
from mpp_connector_sdmk.licences import register

SITI, DEWI, AGUS = "3314104708929001", "3314046511959003", "3314011701909004"
NIK = re.compile(r"^\d{6}[0-7]\d(0[1-9]|1[012])\d{2}(?!0000)\d{4}$")


async def ask(connector: Connector, lookup: str, /, **given: Any) -> LookupAnswer:
    expires = datetime.now(UTC) + timedelta(seconds=2)
    return await connector.lookups[lookup](LookupRequest("q", lookup, given, "test", "id", expires))


async def check(nik: str, name: str, number: str, sub_type: str = "new") -> TaskAnswer:
    given = {"nik": nik, "name": name, "answers": {"licence": {"number": number}, "sub_type": sub_type}}
    expires = datetime.now(UTC) + timedelta(hours=1)
    return await sdmk.tasks["check"](Task(uuid4(), "check", uuid4(), "sip-perawat", "33.14", 1, given, expires))


def test_every_synthetic_nik_says_what_its_record_says() -> None:
    assert len(population()) >= 24
    for nik, person in population().items():
        born = date.fromisoformat(person.birth_date)
        day = born.day + (40 if person.sex == "FEMALE" else 0)
        assert NIK.match(nik)
        assert nik[:4] == "3314"
        assert nik[6:12] == f"{day:02}{born.month:02}{born.year % 100:02}"
        assert 9001 <= int(nik[12:]) <= 9999
        assert "Contoh" in person.address


def test_the_registry_knows_only_people_of_the_population() -> None:
    for nik, licence in register().items():
        assert population()[nik].name == licence.name
        assert re.fullmatch(r"[A-Z0-9./-]{5,40}", licence.number)
        assert licence.lifetime == (licence.valid_until is None)


async def test_person_gives_the_particulars() -> None:
    answer = await ask(dukcapil, "person", nik=SITI)
    assert isinstance(answer, Found)
    assert answer.data["name"] == "Siti Rahmawati"
    assert answer.data["birth_date"] == "1992-08-07"
    assert answer.data["sex"] == "FEMALE"


@pytest.mark.parametrize(
    ("name", "birth_date", "mismatches"),
    [
        ("Siti Rahmawati", "1992-08-07", []),
        ("  siti   RAHMAWATI ", "1992-08-07", []),
        ("Siti Rahma", "1992-08-07", ["name"]),
        ("Siti Rahmawati", "1992-08-08", ["birth_date"]),
        ("Budi Santoso", "1988-03-12", ["name", "birth_date"]),
    ],
)
async def test_verify_says_only_what_is_wrong(name: str, birth_date: str, mismatches: list[str]) -> None:
    answer = await ask(dukcapil, "verify", nik=SITI, name=name, birth_date=birth_date)
    assert isinstance(answer, Found)
    assert answer.data["match"] is (not mismatches)
    assert answer.data["mismatches"] == mismatches
    assert ("birth_place" in answer.data) is (not mismatches)
    assert "name" not in answer.data


async def test_an_unknown_nik_is_not_found() -> None:
    unknown = SITI[:-4] + "9999"
    assert isinstance(await ask(dukcapil, "person", nik=unknown), NotFound)
    assert isinstance(await ask(dukcapil, "verify", nik=unknown, name="X", birth_date="1992-08-07"), NotFound)
    assert isinstance(await ask(sdmk, "licence", nik=AGUS), NotFound)


async def test_a_protected_record_is_refused() -> None:
    protected = next(nik for nik, person in population().items() if person.protected)
    assert isinstance(await ask(dukcapil, "person", nik=protected), Refused)
    assert isinstance(await ask(dukcapil, "verify", nik=protected, name="X", birth_date="1965-08-30"), Refused)


@pytest.mark.parametrize("given", [{}, {"nik": ""}, {"nik": 3314104708929001}, {"nik": "123"}, {"nik": SITI + "0"}])
async def test_an_input_that_is_no_nik_is_the_platforms_fault(given: dict[str, Any]) -> None:
    for connector, name in ((dukcapil, "person"), (sdmk, "licence")):
        with pytest.raises(RequestInvalid):
            await ask(connector, name, **given)


async def test_licence_gives_what_the_form_is_filled_with() -> None:
    answer = await ask(sdmk, "licence", nik=SITI)
    assert isinstance(answer, Found)
    assert answer.data == {
        "number": "STR-PRW-0331-2201",
        "profession": "nurse",
        "lifetime": True,
        "credits_sufficient": True,
        "status": "active",
    }
    limited = await ask(sdmk, "licence", nik="3314051203889002")
    assert isinstance(limited, Found)
    assert limited.data["valid_until"] == "2027-06-30"


async def test_check_accepts_a_registration_in_order() -> None:
    assert isinstance(await check(SITI, "Siti Rahmawati", "STR-PRW-0331-2201"), Accepted)


@pytest.mark.parametrize(
    ("nik", "name", "number", "codes"),
    [
        (DEWI, "Dewi Lestari", "STR-PRW-0331-2203", ["licence-revoked"]),
        (AGUS, "Agus Wijaya", "STR-X-1", ["registration-not-found"]),
        (SITI, "Siti Rahmawati", "STR-PRW-0331-9999", ["licence-number-differs"]),
        (SITI, "Somebody Else", "STR-PRW-0331-9999", ["name-differs", "licence-number-differs"]),
    ],
)
async def test_check_rejects_with_every_reason(nik: str, name: str, number: str, codes: list[str]) -> None:
    answer = await check(nik, name, number)
    assert isinstance(answer, Rejected)
    assert [reason.code for reason in answer.reasons] == codes
    assert all(reason.text.id and reason.text.en for reason in answer.reasons)


async def test_an_end_date_and_missing_credits_count() -> None:
    by_name = {licence.name: licence for licence in register().values()}
    fitri, eko = by_name["Fitri Handayani"], by_name["Eko Prabowo"]

    def codes(licence: Any, *, renewal: bool, today: date) -> list[str]:
        found = objections(licence, name=licence.name, number=licence.number, renewal=renewal, today=today)
        return [reason.code for reason in found]

    assert codes(fitri, renewal=False, today=date(2026, 1, 31)) == []
    assert codes(fitri, renewal=False, today=date(2026, 2, 1)) == ["licence-expired"]
    assert codes(eko, renewal=False, today=date(2026, 2, 1)) == []
    assert codes(eko, renewal=True, today=date(2026, 2, 1)) == ["credits-insufficient"]


def test_both_say_that_they_are_simulated() -> None:
    for connector in (dukcapil, sdmk):
        assert connector.simulated
        assert "imulas" in connector.source.id
        assert "imulated" in connector.source.en


@pytest.mark.parametrize(
    "given", [{}, {"nik": SITI, "name": "Siti Rahmawati"}, {"nik": SITI, "name": 1, "answers": {}}]
)
async def test_a_task_without_its_fields_is_the_platforms_fault(given: dict[str, Any]) -> None:
    expires = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(RequestInvalid):
        await sdmk.tasks["check"](Task(uuid4(), "check", uuid4(), "sip-perawat", "33.14", 1, given, expires))
