"""The data of this repository: complete, consistent, and its documents can be made."""

import json
import shutil
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import segno
import typst
import yaml
from mpp_applications.use_cases.readable import readable
from mpp_catalog.domain.expressions import evaluate
from mpp_catalog.domain.fees import quote
from mpp_catalog.main import APPLICATION_EVENTS, check
from mpp_catalog.use_cases.check_folder import check_folder

from tests.unit.catalog.shipped import DEFINITIONS, content, document, folder

PERSON = {
    "name": "Siti Rahmawati",
    "nik": "3314104708929001",
    "birth_place": "Sragen",
    "birth_date": "1992-08-07",
    "address": "Dukuh Krajan RT 02 RW 01, Desa Contoh",
}
ANSWERS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "sample_answers.yaml").read_text("utf-8"))
# Documents are made for these: each template once.
WITH_DOCUMENT = ["sip-perawat", "akta-kelahiran", "surat-keterangan-usaha", "sip-dokter", "surat-keterangan-domisili"]


def test_there_is_a_sample_of_every_shipped_definition() -> None:
    assert set(ANSWERS) == {definition.service for definition in content().definitions}


# The rows of the list of public services that a mall must know, and the definition or definitions of each.
ROWS = {
    1: ["sip-dokter"],
    2: ["sip-perawat"],
    3: ["sip-bidan"],
    4: ["sip-sanitasi-lingkungan"],
    5: ["sip-refraksionis-optisien"],
    6: ["kartu-keluarga"],
    7: ["ktp-el"],
    8: ["akta-kelahiran"],
    9: ["akta-kematian"],
    10: ["kartu-identitas-anak"],
    11: ["surat-pindah"],
    12: ["aktivasi-ikd"],
    13: ["nomor-induk-berusaha"],
    14: ["persetujuan-bangunan-gedung"],
    15: ["skck"],
    16: ["stnk-lima-tahunan", "sim"],
    17: ["pajak-kendaraan"],
    18: ["bpjs-kesehatan"],
    19: ["surat-keterangan-usaha", "surat-keterangan-tidak-mampu", "surat-keterangan-domisili", "pengantar-nikah"],
    20: [
        "izin-reklame", "izin-penelitian", "pertimbangan-teknis-pertanahan", "keterangan-pola-ruang",
        "sertifikat-laik-fungsi",
    ],
}  # fmt: skip
# Public services too: what people complain of and ask.
BESIDE = ["pengaduan", "konsultasi"]


def test_each_row_of_the_list_has_its_definition() -> None:
    shipped = {definition.service for definition in content().definitions}
    gone = {row: [code for code in codes if code not in shipped] for row, codes in ROWS.items()}
    assert {row: codes for row, codes in gone.items() if codes} == {}
    assert list(ROWS) == list(range(1, 21))
    assert shipped == {code for codes in ROWS.values() for code in codes} | set(BESIDE)


@pytest.mark.parametrize("code", ["pertimbangan-teknis-pertanahan", "sertifikat-laik-fungsi"])
def test_what_was_read_nowhere_is_confirmed_nowhere(code: str) -> None:
    definition = document(code)
    standard = definition["standard"]
    facts = [*definition["requirements"], *standard["legal_basis"], standard["duration"], standard["fee"]]
    assert all(fact["confirmed"] is False for fact in facts)


def test_no_problem_in_the_whole_folder() -> None:
    assert [str(problem) for problem in check_folder(folder(), APPLICATION_EVENTS)] == []


def test_the_regions_are_those_of_the_decree() -> None:
    levels = [region.level for region in folder().regions if region.valid_to is None]
    assert {level: levels.count(level) for level in set(levels)} == {"province": 38, "regency": 514, "district": 7285}
    cities = [r for r in folder().regions if r.level == "regency" and r.valid_to is None and r.code[3] >= "7"]
    assert len(cities) == 98


def test_codes_no_longer_in_force_lead_to_their_successor() -> None:
    regions = {region.code: region for region in folder().regions}
    old = [region for region in regions.values() if region.valid_to is not None]
    assert len(old) == 138
    assert regions["92.71"].successor == "96.71"
    assert all(region.successor and regions[region.successor].valid_to is None for region in old)


def test_the_21_pilots_are_malls() -> None:
    codes = {mall.code for mall in content().malls}
    assert len(codes) == 21
    assert {"33.14", "35.10", "11.71", "64.72", "74.71"} <= codes
    assert all("independen" in mall.note.id for mall in content().malls)


def test_at_least_three_malls_override_something() -> None:
    assert len({override.mall for override in content().overrides}) >= 3


def test_every_day_that_is_not_worked_is_marked_confirmed_or_not() -> None:
    holidays = content().calendars["33.14"].holidays
    assert {h.day.year for h in holidays} == {2026, 2027}
    assert all(h.confirmed for h in holidays if h.day.year == 2026)
    assert {h.name.id for h in holidays if not h.confirmed} >= {"Hari Raya Idul Fitri", "Hari Raya Idul Adha"}


def test_a_mistake_is_told_with_file_line_and_place(tmp_path: Path) -> None:
    copy = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, copy)
    path = copy / "public_services" / "sip-perawat.yaml"
    text = path.read_text().replace("to: registry-check", "to: registri", 1)
    path.write_text(text)
    line = next(n for n, content in enumerate(text.splitlines(), 1) if "to: registri" in content)
    problems = [str(problem) for problem in check([path])]
    assert any(
        problem.startswith(
            f"public_services/sip-perawat.yaml:{line}: /workflow/states/0/actions/0/to: there is no state 'registri'"
        )
        for problem in problems
    ), problems
    assert check([copy / "public_services" / "akta-kelahiran.yaml"]) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [("code: [", "not readable as YAML"), ("code: a\ncode: b\n", "the key 'code' is there twice")],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str, message: str) -> None:
    copy = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, copy)
    (copy / "public_services" / "broken.yaml").write_text(text)
    (problem,) = check([copy / "public_services" / "broken.yaml"])
    assert message in problem.message
    assert problem.line is not None


def test_check_from_the_command_line() -> None:
    command = [sys.executable, "-m", "mpp_catalog", "check", str(DEFINITIONS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, "no problem found"), result.stderr


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_the_sample_answers_fit_the_form_and_its_rules(code: str) -> None:
    form = document(code)["form"]
    jsonschema_rs.Draft202012Validator(form["schema"], validate_formats=True).validate(ANSWERS[code])
    for rule in form["rules"]:
        assert evaluate(rule["expression"], ANSWERS[code], date(2026, 11, 24)) is True, rule["code"]
    for requirement in document(code)["requirements"]:
        if "when" in requirement:
            assert evaluate(requirement["when"], ANSWERS[code], date(2026, 11, 24)) in (True, False)


def test_the_rules_of_a_birth_refuse_what_is_wrong() -> None:
    rules = {rule["code"]: rule["expression"] for rule in document("akta-kelahiran")["form"]["rules"]}
    right = ANSWERS["akta-kelahiran"]
    today = date(2026, 11, 24)
    motherless = {key: value for key, value in right.items() if key != "mother"}
    assert evaluate(rules["mother-of-known-parents"], motherless, today) is False
    foundling = {**right, "child": {**right["child"], "origin": "foundling"}}
    assert evaluate(rules["foundling-without-parents"], foundling, today) is False
    tomorrow = {**right, "birth": {**right["birth"], "date": "2026-11-25"}}
    assert evaluate(rules["birth-not-in-future"], tomorrow, today) is False


def test_every_template_is_tried() -> None:
    used = {output["template"] for d in content().definitions for output in d.document["outputs"]}
    assert used == {document(code)["outputs"][0]["template"] for code in WITH_DOCUMENT} == set(folder().templates)


@pytest.mark.parametrize("code", WITH_DOCUMENT)
def test_a_template_makes_an_archival_document(code: str, tmp_path: Path) -> None:
    definition = document(code)
    (tmp_path / "main.typ").write_text(folder().templates[definition["outputs"][0]["template"]])
    picture = BytesIO()
    segno.make("https://mpp.example.id/periksa/ABCD-EFGH").save(picture, kind="svg")
    data = {
        "number": definition["outputs"][0]["number"].format(sequence=1, mall_code="33.14", year=2026),
        "issued_at_text": "24 November 2026",
        "valid_until_text": "24 November 2031",
        "holder": {name: PERSON[name] for name in definition["outputs"][0]["particulars"]},
        "title": definition["outputs"][0]["name"],
        "office": "Kantor Contoh",
        "lines": readable(definition["form"], ANSWERS[code]),
        "answers": ANSWERS[code],
        "mall": {"code": "33.14", "name": "MPP Digital Kabupaten Sragen"},
        "signer": {"name": "Hendra Gunawan", "title": "Kepala (demonstrasi)"},
        "verification_url": "https://mpp.example.id/periksa/ABCD-EFGH",
        "qr_svg": picture.getvalue().decode(),
        "simulated_note": "Dokumen demonstrasi, tanda tangan simulasi.",
    }
    pdf = typst.compile(
        tmp_path / "main.typ", root=tmp_path, sys_inputs={"data": json.dumps(data)}, pdf_standards="a-2b"
    )
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in pdf


def test_every_template_says_when_its_signature_is_simulated() -> None:
    for name, source in folder().templates.items():
        for said in ('at(data, "simulated_note")', "(tanda tangan simulasi)", "Proyek independen MPP Digital"):
            assert said in source, name


def test_the_twenty_services_of_a_mall_are_shipped() -> None:
    definitions = {definition.service: definition.document for definition in content().definitions}
    assert len(definitions) >= 30
    assert {fee["kind"] for d in definitions.values() for fee in d["fees"]} >= {
        "free", "pnbp", "retribusi", "provincial-tax",
    }  # fmt: skip
    complaint = definitions["pengaduan"]["deadline_classes"]
    assert [(one["code"], one["working_days"]) for one in complaint] == [
        ("light", 2), ("normative", 5), ("service", 14), ("supervision", 60),
    ]  # fmt: skip
    assert {one for d in definitions.values() for one in d.get("life_events", [])} >= {"birth", "death", "moving"}


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_a_paper_or_a_time_has_a_source_or_is_to_be_confirmed(code: str) -> None:
    definition = document(code)
    papers = [p for r in definition["requirements"] for p in r.get("any_of", [r])]
    for fact in (*papers, definition["standard"]["duration"], *definition["standard"]["duration"].get("steps", [])):
        assert "source" in fact or fact.get("confirmed") is False, fact


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_the_sample_answers_give_a_fee(code: str) -> None:
    lines = quote(document(code), ANSWERS[code], date(2026, 11, 24))
    assert all(line.rupiah >= 0 and line.legal_reference for line in lines)
    assert bool(lines) == any(fee["kind"] != "free" for fee in document(code)["fees"])


def test_what_was_not_read_in_a_source_is_not_confirmed() -> None:
    for file in folder().definitions:
        for basis in file.document["standard"]["legal_basis"]:
            assert basis["confirmed"] is False or basis["source"] in folder().sources, basis


def test_the_schema_of_definitions_is_itself_a_schema() -> None:
    for name, schema in folder().schemas.items():
        jsonschema_rs.meta.validate(schema)
        assert schema["$schema"].endswith("2020-12/schema"), name
    assert yaml.safe_load((DEFINITIONS / "sources.yaml").read_text()).keys() == set(folder().sources)


def test_somebody_sits_at_each_desk_of_the_demonstration() -> None:
    officers = yaml.safe_load((DEFINITIONS / "demo" / "officers.yaml").read_text("utf-8"))
    sitting = {(one["role"], one.get("agency")) for officer in officers for one in officer["roles"]}
    for definition in content().definitions:
        for state in definition.document["workflow"]["states"]:
            if "desk" in state:
                assert (state["desk"]["role"], state["desk"]["agency"]) in sitting, (definition.service, state["code"])
