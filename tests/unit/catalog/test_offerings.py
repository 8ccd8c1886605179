"""Resolved offerings and the periods they are in force."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from mpp_catalog.domain.canonical import digest
from mpp_catalog.domain.differences import Held, differences, since
from mpp_catalog.domain.merge_patch import apply_patch
from mpp_catalog.domain.offerings import Definition, Override, card, resolve, timeline
from mpp_catalog.domain.terms import AS_USUAL, terms_of

from tests.unit.catalog.shipped import content

SIP = next(d for d in content().definitions if d.service == "sip-perawat")
SRAGEN = next(mall for mall in content().malls if mall.code == "33.14")
CHANGE = next(o for o in content().overrides if o.mall == "33.14")
AGENCIES = content().agencies


def version(number: str, starts: str, ends: str | None = None) -> Definition:
    document = {**SIP.document, "version": number, "effective_from": starts, "effective_to": ends}
    return Definition(SIP.service, number, document, SIP.templates)


def change(number: str, starts: str, ends: str | None = None) -> Override:
    document = {**CHANGE.document, "version": number, "effective_from": starts, "effective_to": ends}
    return Override("33.14", SIP.service, number, document)


def periods(definitions: list[Definition], overrides: list[Override]) -> list[tuple[str, str | None, str, bool]]:
    return [
        (p.starts.isoformat(), p.ends.isoformat() if p.ends else None, p.offering.version, p.offering.overridden)
        for p in timeline(SRAGEN, definitions, overrides, AGENCIES)
    ]


def test_the_body_is_what_the_contract_says() -> None:
    offering = resolve(SRAGEN, SIP, CHANGE, AGENCIES)
    body: dict[str, Any] = json.loads(offering.body)
    assert digest(offering.body) == offering.digest
    assert set(body) == {
        "mall", "service", "version", "definition_digest", "override", "terms", "definition", "templates", "agencies"
    }  # fmt: skip
    assert body["mall"] == {
        "code": "33.14",
        "name": "MPP Digital Kabupaten Sragen",
        "region": {"code": "33.14", "name": "Kabupaten Sragen"},
        "time_zone": "Asia/Jakarta",
    }
    assert body["definition"]["outputs"][0]["number"] == "503/{sequence:04d}/SIPP/DPMPTSP-SRG/{year}"
    assert body["override"]["legal_reference"]["confirmed"] is False
    assert body["agencies"]["sdmk"]["simulated"] is True
    assert set(body["agencies"]) == {"dinkes", "dpmptsp", "esign", "kemenkes", "sdmk"}
    lines = body["templates"]["sip-perawat"]["source"].splitlines()
    assert not [line for line in lines if line.startswith("#import")]
    assert "#let letter(" in body["templates"]["sip-perawat"]["source"]


def test_without_an_override_the_definition_is_the_national_one() -> None:
    body = json.loads(resolve(SRAGEN, SIP, None, AGENCIES).body)
    assert body["definition"] == SIP.document
    assert body["override"] is None


def test_the_definition_digest_covers_the_templates() -> None:
    assert replace(SIP, templates={"sip-perawat": "other"}).digest != SIP.digest


def test_one_version_is_in_force_until_further_notice() -> None:
    assert periods([version("2026.1", "2026-01-01")], []) == [("2026-01-01", None, "2026.1", False)]


def test_a_later_version_takes_over_on_its_day() -> None:
    both = [version("2026.2", "2026-07-01"), version("2026.1", "2026-01-01")]
    assert periods(both, []) == [
        ("2026-01-01", "2026-07-01", "2026.1", False),
        ("2026-07-01", None, "2026.2", False),
    ]


def test_the_later_date_counts_not_the_later_looking_number() -> None:
    both = [version("2026.9", "2026-01-01"), version("2026.10", "2026-07-01")]
    assert [found[2] for found in periods(both, [])] == ["2026.9", "2026.10"]


def test_a_version_that_ends_gives_way_to_the_one_before() -> None:
    both = [version("2026.1", "2026-01-01"), version("2026.2", "2026-03-01", "2026-03-31")]
    assert periods(both, []) == [
        ("2026-01-01", "2026-03-01", "2026.1", False),
        ("2026-03-01", "2026-04-01", "2026.2", False),
        ("2026-04-01", None, "2026.1", False),
    ]


def test_between_two_versions_nothing_may_be_offered() -> None:
    both = [version("2026.1", "2026-01-01", "2026-01-31"), version("2026.2", "2026-03-01")]
    assert periods(both, []) == [
        ("2026-01-01", "2026-02-01", "2026.1", False),
        ("2026-03-01", None, "2026.2", False),
    ]


def test_an_override_counts_for_its_time_and_its_version_only() -> None:
    both = [version("2026.1", "2026-01-01"), version("2026.2", "2026-07-01")]
    assert periods(both, [change("2026.1", "2026-02-01", "2026-12-31")]) == [
        ("2026-01-01", "2026-02-01", "2026.1", False),
        ("2026-02-01", "2026-07-01", "2026.1", True),
        ("2026-07-01", None, "2026.2", False),
    ]


def test_periods_of_the_same_offering_are_one() -> None:
    elsewhere = replace(change("2026.1", "2026-02-01"), mall="35.10")
    assert periods([version("2026.1", "2026-01-01")], [elsewhere]) == [("2026-01-01", None, "2026.1", False)]


def test_a_card_shows_what_a_list_needs() -> None:
    shown = card(resolve(SRAGEN, SIP, CHANGE, AGENCIES), AGENCIES)
    assert (shown["service"], shown["working_days"], shown["agency"]["code"]) == ("sip-perawat", 5, "kemenkes")
    assert shown["overridden"] is True


def test_differences_are_said_in_both_languages() -> None:
    found = {}
    for override in content().overrides:
        definition = next(d for d in content().definitions if d.service == override.service)
        mall = next(m for m in content().malls if m.code == override.mall)
        here = resolve(mall, definition, override, AGENCIES).document
        found[override.mall] = differences(definition.document, here)
        assert found[override.mall], override
    (health,) = found["33.15"]
    assert (health.kind, health.path, health.baseline) == ("added", "/requirements/health-letter", None)
    assert health.text.id == "Mal ini menambah persyaratan “Surat keterangan sehat dari dokter”."
    assert health.text.en == "This mall adds the requirement “Health letter of a doctor”."
    check, _signature = found["34.71"]
    assert (check.path, check.baseline, check.here) == ("/workflow/states/verification/working_days", 2, 3)
    assert check.text.en == "Step “Check by the registrar”: working days 3 (national standard: 2)."


def test_no_difference_between_a_definition_and_itself() -> None:
    assert differences(SIP.document, SIP.document) == []
    gone = differences(SIP.document, {**SIP.document, "requirements": SIP.document["requirements"][1:]})
    assert [(d.kind, d.path) for d in gone] == [("removed", "/requirements/photo")]
    assert SIP.effective_from == date(2026, 1, 1)


def asks(number: int) -> dict[str, Any]:
    """The nurse's permit where the papers are checked in so many days."""
    return apply_patch(dict(SIP.document), {"workflow": {"states": {"completeness": {"working_days": number}}}})


def test_since_when_is_the_first_day_without_a_gap() -> None:
    def held(starts: str, ends: str | None, here: dict[str, Any]) -> Held:
        last = date.fromisoformat(ends) if ends else None
        return Held(date.fromisoformat(starts), last, differences(SIP.document, here))

    paper = next(o.patch for o in content().overrides if (o.mall, o.service) == ("33.15", SIP.service))
    both = apply_patch(asks(7), paper)
    path, added = "/workflow/states/completeness/working_days", "/requirements/health-letter"
    stricter = apply_patch(both, {"requirements": {"health-letter": {"file": {"max_bytes": 1}}}})
    periods = [
        held("2026-01-01", "2026-02-01", both),
        held("2026-03-01", "2026-04-01", asks(9) | {"requirements": both["requirements"]}),
        held("2026-04-01", "2026-06-01", both),
        held("2026-06-01", None, stricter),
    ]
    # Another number is another difference; a paper is the same paper when its file may be smaller.
    assert since(periods) == {path: date(2026, 4, 1), added: date(2026, 3, 1)}
    # A month without it, or a month without the public service, is a gap.
    away = [periods[0], held("2026-02-01", "2026-03-01", dict(SIP.document)), *periods[1:]]
    assert since(away)[added] == date(2026, 3, 1)
    assert since(periods[:1]) == {path: date(2026, 1, 1), added: date(2026, 1, 1)}
    assert since([held("2026-01-01", None, dict(SIP.document))]) == {}


def said(mall: str, **entry: Any) -> dict[str, Any]:
    return {"mall": mall, "offerings": [{"service": SIP.service, **entry}]}


def test_what_a_mall_says_goes_before_what_is_said_for_every_mall() -> None:
    hand_off = {"kind": "hand-off", "link": "https://example.id", "note": {"id": "Kembali.", "en": "Come back."}}
    files = [said("33.14", quota={"per_day": 30}), said("*", mode=hand_off, quota={"per_day": 5}), said("34.71")]
    here = terms_of(files, "33.14", SIP.service).document
    assert (here["mode"], here["quota"]) == (hand_off, {"per_day": 30})
    assert here["channels"] == ["building", "online"]
    assert terms_of(files, "64.72", SIP.service).document["quota"] == {"per_day": 5}
    assert terms_of(files, "33.14", "another") == AS_USUAL
    assert AS_USUAL.document["mode"]["kind"] == "native"


def test_terms_are_a_part_of_what_is_pinned() -> None:
    usual, limited = (resolve(SRAGEN, SIP, None, AGENCIES, terms_of(files, "33.14", SIP.service)) for files in (
        [], [said("33.14", quota={"per_day": 30})]
    ))  # fmt: skip
    assert usual.digest != limited.digest
    assert json.loads(limited.body)["terms"]["quota"] == {"per_day": 30}


def test_a_mall_may_not_offer_it_or_keep_to_a_version() -> None:
    versions = [version("2026.1", "2026-01-01"), version("2026.2", "2026-06-01")]

    def offered(**entry: Any) -> list[str]:
        terms = terms_of([said("33.14", **entry)], "33.14", SIP.service)
        return [p.offering.version for p in timeline(SRAGEN, versions, [], AGENCIES, terms)]

    assert offered(offered=False) == []
    assert offered(version="2026.1") == ["2026.1"]
    assert offered() == ["2026.1", "2026.2"]
