"""Service standards become definitions: nothing told is lost, and what is wrong is told where its writer finds it."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from mpp_catalog.domain.as_yaml import as_yaml
from mpp_catalog.domain.checks import check_shape
from mpp_catalog.domain.offerings import Definition
from mpp_catalog.domain.sippn import Imported
from mpp_catalog.main import APPLICATION_EVENTS
from mpp_catalog.rest_api.exports.sippn import standard_of
from mpp_catalog.rest_api.exports.tables import unconfirmed
from mpp_catalog.storage import read_standards
from mpp_catalog.storage.definition_files import parse
from mpp_catalog.use_cases.folder import FileProblem
from mpp_catalog.use_cases.import_standards import import_standards

from tests.unit.catalog.shipped import content, folder

TODAY = date(2026, 11, 24)
SHIPPED = {one.service: standard_of(one, content().agencies) for one in content().definitions}
HEADER = (
    "No", "Nama Layanan", "Instansi", "Persyaratan", "Sistem, Mekanisme, dan Prosedur", "Jangka Waktu", "Biaya/Tarif",
    "Produk Layanan", "Pengaduan", "Dasar Hukum", "Berlaku Mulai",
)  # fmt: skip
ROW: dict[str, Any] = {
    "No": 1,
    "Nama Layanan": "Surat Keterangan Penelitian Pasar",
    "Instansi": "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    "Persyaratan": "1. Fotokopi KTP\n2. Proposal asli\n3. Surat kuasa (bila diwakilkan)",
    "Sistem, Mekanisme, dan Prosedur": "a. Daftar di loket; b. Berkas diperiksa; c. Surat terbit",
    "Jangka Waktu": "3 - 5 hari kerja",
    "Biaya/Tarif": "Rp. 25.000,-",
    "Produk Layanan": "Surat keterangan",
    "Pengaduan": "SP4N-LAPOR",
    "Dasar Hukum": "Undang-Undang Nomor 25 Tahun 2009",
    "Berlaku Mulai": "1 Februari 2026",
}


def take(*paths: Path) -> tuple[list[Imported], list[str]]:
    """What these files become in a folder without public services, and what is wrong with them."""
    told = [one for path in paths for one in read_standards(path)]
    found = import_standards(
        [one for one in told if not isinstance(one, FileProblem)],
        replace(folder(), definitions=()),
        APPLICATION_EVENTS,
        TODAY,
    )
    made, wrong = [], [str(one) for one in told if isinstance(one, FileProblem)]
    for one in found:
        wrong.append(str(one)) if isinstance(one, FileProblem) else made.append(one[1])
    return made, wrong


def table(path: Path, *rows: dict[str, Any], above: tuple[str, ...] = (), delimiter: str = ",") -> Path:
    lines = [*([line] for line in above), HEADER, *([row[name] for name in HEADER] for row in rows)]
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(list(line))  # type: ignore[union-attr]
        book.save(path)
    else:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(lines)
        path.write_text(text.getvalue(), "utf-8-sig")
    return path


def test_what_is_exported_has_the_published_shape() -> None:
    for code, standard in SHIPPED.items():
        assert check_shape(standard, folder().schemas["sippn"]) == [], code


def test_what_was_exported_comes_back_as_the_same_facts(tmp_path: Path) -> None:
    exported = tmp_path / "sippn.json"
    exported.write_text(json.dumps({"layanan": list(SHIPPED.values())}, ensure_ascii=False))
    made, wrong = take(exported)
    assert wrong == []
    # Through the file that is written, as the next `mpp service check` reads it.
    documents = [parse("x", as_yaml(one.document, folder().schemas["service-definition"])).document for one in made]
    again = {d["code"]: standard_of(Definition(d["code"], d["version"], d, {}), content().agencies) for d in documents}
    assert again == SHIPPED
    assert len(again) == len(folder().definitions)


def test_what_is_not_known_is_marked_and_listed(tmp_path: Path) -> None:
    (made,), wrong = take(table(tmp_path / "a.csv", ROW))
    assert wrong == []
    document = made.document
    assert document["standard"]["duration"]["confirmed"] is False
    assert document["standard"]["staffing"]["confirmed"] is False
    assert all(paper["confirmed"] is False for paper in document["requirements"])
    assert unconfirmed(document) >= 3 + 10
    places = [problem.where for problem in made.missing]
    assert {"/category", "/workflow", "/version", "/description", "/form", "/fees/0/kind", "/name/en"} <= set(places)


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("b.csv", ";"), ("c.xlsx", "")])
def test_a_row_as_people_keep_it(tmp_path: Path, name: str, delimiter: str) -> None:
    above = ("STANDAR PELAYANAN MPP", "")
    (made,), wrong = take(table(tmp_path / name, ROW, above=above, delimiter=delimiter))
    assert wrong == []
    document = made.document
    assert (document["code"], document["version"]) == ("surat-keterangan-penelitian-pasar", "2026.1")
    assert (document["owner"], document["effective_from"]) == ({"level": "regional", "agency": "dpmptsp"}, "2026-02-01")
    assert [(p["name"]["id"], p["kind"], "when" in p) for p in document["requirements"]] == [
        ("Fotokopi KTP", "copy", False),
        ("Proposal asli", "original", False),
        ("Surat kuasa (bila diwakilkan)", "scan", True),
    ]
    assert [step["id"] for step in document["standard"]["procedure"]] == [
        "Daftar di loket",
        "Berkas diperiksa",
        "Surat terbit",
    ]
    assert document["standard"]["duration"]["working_days"] == 5
    assert (document["fees"][0]["kind"], document["fees"][0]["formula"]) == ("retribusi", "25000")


@pytest.mark.parametrize(
    ("cell", "duration"),
    [
        ("5", {"working_days": 5}),
        ("Paling lama 14 hari kerja.", {"working_days": 14}),
        ("30 menit", {"working_days": 1, "minutes": 30}),
        ("10 jam", {"working_days": 2, "hours": 10}),
    ],
)
def test_times_as_people_write_them(tmp_path: Path, cell: str, duration: dict[str, int]) -> None:
    (made,), _ = take(table(tmp_path / "a.csv", ROW | {"Jangka Waktu": cell}))
    assert made.document["standard"]["duration"] == duration | {"confirmed": False}


@pytest.mark.parametrize(("cell", "kinds"), [("Gratis", ["free"]), ("Rp0,00", ["free"]), ("Sesuai Perda", [])])
def test_costs_as_people_write_them(tmp_path: Path, cell: str, kinds: list[str]) -> None:
    (made,), wrong = take(table(tmp_path / "a.csv", ROW | {"Biaya/Tarif": cell}))
    assert (wrong, [fee["kind"] for fee in made.document["fees"]]) == ([], kinds)
    assert made.document["standard"]["fee"] == {"id": cell, "en": cell, "confirmed": False}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Jangka Waktu": "segera"}, "column 'Jangka Waktu': 'segera' is no time: write it as '5 hari kerja'"),
        ({"Jangka Waktu": "900 hari kerja"}, "column 'Jangka Waktu': 900 is greater than the maximum of 365"),
        ({"Dasar Hukum": ""}, "column 'Dasar Hukum': the cell is empty: fill it in"),
        ({"Instansi": "Dinas Sihir"}, "column 'Instansi': there is no agency 'Dinas Sihir': write one of"),
        ({"Berlaku Mulai": "31 Februari 2026"}, "column 'Berlaku Mulai': '31 Februari 2026' is no date"),
        ({"Nama Layanan": ""}, "column 'Nama Layanan': the cell is empty"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_wrong_cell_is_told_by_row_and_column(tmp_path: Path, name: str, change: dict[str, str], said: str) -> None:
    made, wrong = take(table(tmp_path / name, ROW, ROW | change, above=("Daftar",)))
    assert len(made) == 1, "the row before it is right"
    assert [one for one in wrong if one.startswith(f"{name}: row 4, {said}")], wrong


def test_the_same_public_service_twice_is_told(tmp_path: Path) -> None:
    made, wrong = take(table(tmp_path / "a.csv", ROW, ROW))
    assert len(made) == 1
    assert wrong == ["a.csv: row 3: a.csv is 'surat-keterangan-penelitian-pasar' already: give it another code"]


def test_a_wrong_standard_is_told_by_its_place(tmp_path: Path) -> None:
    standard = SHIPPED["skck"] | {"jangka_waktu": {"hari_kerja": "satu"}, "biaya": 3}
    (tmp_path / "a.json").write_text(json.dumps([SHIPPED["sim"], standard]))
    made, wrong = take(tmp_path / "a.json")
    assert len(made) == 1
    assert any(
        one.startswith("a.json: /1/jangka_waktu/hari_kerja: ") and "write it in that type" in one for one in wrong
    )
    assert any(one.startswith("a.json: /1/biaya: ") and "take it out or correct its name" in one for one in wrong)


@pytest.mark.parametrize(
    ("name", "content_", "said"),
    [
        ("a.json", b'{"layanan": [', "a.json:1: /: not readable as JSON"),
        ("a.xlsx", b"no workbook", "a.xlsx: /: not readable as XLSX"),
        ("a.csv", b"\xff\xfe\x00", "a.csv: /: not UTF-8"),
        ("a.csv", b"Nomor,Isi\n1,2\n", "a.csv: row 1: no row names the columns"),
        ("a.csv", b"Nama,Biaya,Tarif,Syarat\n", "a.csv: row 1: two columns hold 'biaya_tarif'"),
        ("a.csv", b"Nama,Biaya,Syarat\n", "a.csv: row 1: there is no column for penyelenggara,"),
        ("a.pdf", b"", "a.pdf: /: '.pdf' is not known"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str, content_: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content_)
    made, wrong = take(tmp_path / name)
    assert made == []
    assert [one[: len(said)] for one in wrong] == [said], wrong
