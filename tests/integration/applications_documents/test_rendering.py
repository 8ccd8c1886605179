"""Templates become PDF/A-2b: the same bytes each time, and nothing of the machine gets in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from mpp_applications.document_files.typst_rendering import TypstRenderer
from mpp_applications.document_files.workers import WorkerProcesses
from mpp_runtime.errors import Conflict

from tests.integration.applications_documents.office import template
from tests.integration.applications_documents.pdfa import violations

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOLDER = {
    "name": "Siti Rahmawati", "birth_place": "Sragen", "birth_date": "1992-08-07", "nik": "3314104708929001",
    "address": "Jalan Contoh Nomor 5, Sragen",
}  # fmt: skip
ANSWERS: dict[str, dict[str, Any]] = {
    "sip-perawat": {
        "licence": {"number": "STR-1", "lifetime": False, "valid_until": "2027-06-30"},
        "practice": {"kind": "independent", "ordinal": 2, "name": "Praktik", "address": "Jalan Contoh Nomor 5"},
    },
    "akta-kelahiran": {
        "child": {"name": "Anak Contoh", "sex": "FEMALE", "order": 1},
        "birth": {"place": "Sragen", "date": "2026-11-01"},
        "mother": {"name": "Siti Rahmawati"},
    },
    "surat-keterangan-usaha": {
        "business": {
            "name": "Warung Contoh",
            "kind": "Kuliner",
            "address": "Jalan Contoh Nomor 5",
            "since": "2020",
            "premises": "own",
            "village": "Contoh",
            "district": "33.14.10",
        },
        "purpose": "Pengajuan kredit usaha rakyat",
    },
}


@pytest.fixture
def renderer() -> TypstRenderer:
    return TypstRenderer(WorkerProcesses())


def data(renderer: TypstRenderer, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": "503/0007/SIPP/33.14/2026",
        "mall": {"name": "MPP Kabupaten Sragen", "region": {"name": "Kabupaten Sragen"}},
        "holder": HOLDER,
        "answers": ANSWERS[name],
        "issued_at": "2026-11-24",
        "issued_at_text": "24 November 2026",
        "valid_until_text": "30 Juni 2027",
        "signer": {"name": "Hendra Gunawan", "title": "Kepala"},
        "verification_code": "ABCD-EFGH",
        "verification_url": "http://localhost:8080/verify/ABCDEFGH",
        "qr_svg": renderer.qr_code("http://localhost:8080/verify/ABCDEFGH"),
        "simulated_note": "DOKUMEN SIMULASI",
    } | changes


@pytest.mark.parametrize("name", sorted(ANSWERS))
async def test_a_shipped_template_is_pdf_a_2b_and_the_same_bytes_again(renderer: TypstRenderer, name: str) -> None:
    first = await renderer.render(template(name), data(renderer, name), AT)
    assert violations(first) == []
    assert await renderer.render(template(name), data(renderer, name), AT) == first


async def test_the_look_at_pdf_a_sees_what_it_is_for(renderer: TypstRenderer) -> None:
    good = await renderer.render(template("sip-perawat"), data(renderer, "sip-perawat"), AT)
    for old, new, clause in [
        (b"<pdfaid:part>2<", b"<pdfaid:part>3<", "identification"),
        (b"/FontFile3", b"/FontFileX", "not embedded"),
        (b"/GTS_PDFA1", b"/GTS_PDFX0", "output intent"),
        (b"%PDF-1.7", b"%PDF-2.0", "header"),
    ]:
        assert old in good
        assert any(clause in each for each in violations(good.replace(old, new))), clause


async def test_other_data_or_another_time_is_another_file(renderer: TypstRenderer) -> None:
    name = "sip-perawat"
    first = await renderer.render(template(name), data(renderer, name), AT)
    assert await renderer.render(template(name), data(renderer, name, number="503/0008"), AT) != first
    assert await renderer.render(template(name), data(renderer, name), AT.replace(year=2027)) != first


async def test_a_name_with_markup_is_text(renderer: TypstRenderer) -> None:
    name = "sip-perawat"
    hostile = dict(HOLDER, name='#read("/etc/passwd") *x* $y$ \\ <b> "')
    assert violations(await renderer.render(template(name), data(renderer, name, holder=hostile), AT)) == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("#data.nothing", "unknown variable"),
        ("#let x = json(bytes(sys.inputs.data)).nothing", "does not contain key"),
        ('#read("/etc/passwd")', "not found"),
        ('#read("pyproject.toml")', "failed to load file"),
        ('#import "@preview/cetz:0.3.1": *', "package not found"),
        ("#while true { }", "always true"),
        ("#let f(n) = f(n + 1)\n#f(0)", "depth exceeded"),
        ('#let s = "aaaaaaaa" * 300000000\n#s.len()', "exit"),
        ("\ua9a4", "could not be displayed"),
    ],
)
async def test_a_bad_template_is_the_operator_s_and_harms_nothing(
    renderer: TypstRenderer, source: str, reason: str
) -> None:
    with pytest.raises(Conflict) as refused:
        await renderer.render(f'#set document(title: "x")\n{source}', {"a": 1}, AT)
    assert refused.value.code == "template-failed"
    assert reason in refused.value.extra["reason"]
    assert refused.value.ack == "park"


async def test_a_template_that_never_ends_is_ended() -> None:
    slow = "#let n = 0\n#for a in range(100000) { for b in range(100000) { n += 1 } }\n#n"
    with pytest.raises(Conflict) as refused:
        await TypstRenderer(WorkerProcesses(seconds=1.0)).render(slow, {}, AT)
    assert "longer than 1 s" in refused.value.extra["reason"]
