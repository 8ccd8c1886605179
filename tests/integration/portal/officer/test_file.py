"""A file and its decision: what is shown, what is missing, what is refused, and that nothing typed is lost."""

import pytest
from mpp_testing.malls import RunningMall

from tests.integration.portal.officer.browser import OfficerBrowser
from tests.integration.portal.officer.conftest import Nurse
from tests.integration.portal.officer.test_desk import taken

pytestmark = pytest.mark.timeout(400)
HOSTILE = "<script>alert('x')</script> {{ 7*7 }}"
OTHER_LICENCE = {"licence": {"number": "STR-PRW-9999-0000", "lifetime": True, "credits_sufficient": True}}


def test_answers_stand_beside_papers_and_registers(rina: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in(**OTHER_LICENCE)
    page = taken(rina, application)
    row = page.row("Nomor STR")
    assert "STR-PRW-9999-0000" in row
    assert "Berbeda. Di Registri Sumber Daya Manusia Kesehatan (SatuSehat SDMK): STR-PRW-0331-2201" in row
    assert "✓ Sama dengan Registri" in page.row("SKP mencukupi")
    assert "1 isian berbeda dari data instansi." in page.text
    assert "Simulasi registri tenaga kesehatan" in page.text, "the source"
    assert "Data per" in page.text, "and its time"
    assert "331410********01" in page.text
    assert "3314104708929001" not in page.html
    assert "Pembacaan Anda tercatat." in page.text
    assert "Mulai dikerjakan" in page.text
    assert "Petugas perizinan DPMPTSP (Rina Kusuma)" in page.text
    assert "Undang-Undang Nomor 17 Tahun 2023 tentang Kesehatan" in page.text
    log = nurse.get("/api/identity/v1/me/access-log", limit=20)["items"]
    read = {line["purpose"] for line in log if line["application"] == application["id"] and "Rina" in line["who"]}
    assert read == {"review", "review:timeline"}


def test_a_paper_is_shown_and_never_run(rina: OfficerBrowser, maya: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    page = taken(rina, application)
    pictures = [address for address in page.pictures if "/papers/" in address]
    assert len(pictures) == 3
    answer = rina.http.get(pictures[0])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["content-disposition"].startswith('inline; filename="photo.png"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["cache-control"] == "private, no-store"
    assert maya.http.get(pictures[0]).status_code == 404
    assert rina.http.get(pictures[0][:-1] + ("0" if pictures[0][-1] != "0" else "1")).status_code == 404


def test_a_file_is_returned_item_by_item(rina: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    taken(rina, application)
    items = ("/practice/address", "requirement:photo")
    rina.press("Kembalikan untuk diperbaiki")
    assert rina.status == 422
    assert "Sebutkan apa yang harus diperbaiki." in rina.page.summary
    first = {"note__/practice/address": f"Alamat disingkat. {HOSTILE}"}
    rina.press("Kembalikan untuk diperbaiki", tick=items, **first)
    assert rina.status == 422
    assert "Pasfoto berlatar merah: Tulis apa yang harus diperbaiki." in rina.page.summary
    form = rina.page.by_id["decision"]
    assert form.value("note:/practice/address") == f"Alamat disingkat. {HOSTILE}"
    assert [value for name, value in form.values if name == "item"] == list(items)
    assert "<script>alert" not in rina.page.html
    rina.press("Kembalikan untuk diperbaiki", **{"note__requirement:photo": "Latar foto harus merah."})
    assert (rina.status, rina.path) == (200, "/office")
    assert f"Keputusan berkas {application['number']} tersimpan." in rina.page.text
    seen = nurse.sees(application)
    assert seen["state"] == "correction"
    assert [(item["target"], item["note"]["id"]) for item in seen["corrections"]] == [
        ("/practice/address", f"Alamat disingkat. {HOSTILE}"), ("requirement:photo", "Latar foto harus merah."),
    ]  # fmt: skip
    page = rina.go(f"/office/applications/{application['id']}")
    assert "Berkas ini sedang tidak di unit Anda." in page.text
    assert f"Alamat disingkat. {HOSTILE}" in page.text, "as text, in the history"
    assert "<script>alert" not in page.html


def test_what_a_person_wrote_is_text(rina: OfficerBrowser, nurse: Nurse) -> None:
    practice = {"kind": "facility", "ordinal": 1, "name": HOSTILE, "address": '"><img src=x onerror=alert(1)> Jalan'}
    page = taken(rina, nurse.hands_in(practice=practice))
    assert HOSTILE in page.row("Nama tempat praktik")
    assert '"><img src=x onerror=alert(1)> Jalan' in page.row("Alamat lengkap")
    assert not [address for address in page.pictures if address == "x"]
    assert "<script>alert" not in page.html


def test_ticked_boxes_and_complete_do_not_go_together(rina: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    taken(rina, application)
    rina.press("Lengkap", tick=("/sub_type",), **{"note__/sub_type": "Salah."})
    assert rina.status == 422
    assert "Tindakan ini tidak memakai butir perbaikan." in rina.page.summary
    assert rina.page.by_id["decision"].value("note:/sub_type") == "Salah."
    assert nurse.sees(application)["state"] == "completeness"


def test_a_file_is_rejected_with_a_reason_on_a_page_of_its_own(rina: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    rina.go(taken(rina, application).links["Tolak…"])
    assert "Keputusan ini mengakhiri berkas dan tidak dapat dibatalkan." in rina.page.text
    rina.press("Tolak", reason="  ", comment="Untuk rekan.")
    assert rina.status == 422
    assert "Tulis alasannya." in rina.page.summary
    assert nurse.sees(application)["state"] == "completeness"
    rina.press("Tolak", reason=f"Di luar wilayah. {HOSTILE}")
    assert rina.path == "/office"
    seen = nurse.sees(application)
    assert (seen["status"], seen["reason"]) == ("REJECTED", f"Di luar wilayah. {HOSTILE}")
    page = rina.go(f"/office/applications/{application['id']}")
    assert "Catatan antarpetugas: Untuk rekan." in page.text
    assert "<script>alert" not in page.html


def test_a_second_decision_says_what_happened_and_keeps_the_note(
    rina: OfficerBrowser, running_mall: RunningMall, nurse: Nurse
) -> None:
    application = nurse.hands_in()
    form = taken(rina, application).by_id["decision"]
    other_window = OfficerBrowser(running_mall.url, "rina")
    other_window.go(f"/office/applications/{application['id']}")
    other_window.press("Lengkap")
    notes = {"note:/sub_type": "Jenisnya salah.", "comment": "Cek lagi."}
    rina.send(form, "Kembalikan untuk diperbaiki", ("/sub_type",), notes)
    assert rina.status in (409, 412)
    assert "Keputusan Anda belum tersimpan" in rina.page.text
    assert "Yang terjadi sejak Anda membukanya" in rina.page.text
    assert "Petugas perizinan DPMPTSP (Rina Kusuma)" in rina.page.text
    assert "Jenisnya salah." in rina.page.text
    assert "Cek lagi." in rina.page.text
    assert nurse.sees(application)["state"] != "correction"


def test_a_file_that_changed_can_be_decided_on_as_it_is_now(rina: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    form = taken(rina, application).by_id["decision"]
    rina.press("Lepas")
    taken(rina, application)
    rina.send(form, "Kembalikan untuk diperbaiki", ("/sub_type",), {"note:/sub_type": "Jenisnya salah."})
    assert rina.status == 412
    kept = rina.page.by_id["decision"]
    assert kept.value("note:/sub_type") == "Jenisnya salah."
    assert kept.value("version") != form.value("version")
    rina.press("Kembalikan untuk diperbaiki")
    assert nurse.sees(application)["corrections"][0]["note"]["id"] == "Jenisnya salah."


def test_a_decision_sent_twice_counts_once(rina: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    form = taken(rina, application).by_id["decision"]
    for _ in range(2):
        rina.send(form, "Lengkap")
        assert (rina.status, rina.path) == (200, "/office")
    events = nurse.get(f"/api/applications/v1/applications/{application['id']}/timeline")["lines"]
    assert sum(line["event"] == "StepEntered" for line in events) == 1


def test_a_colleague_has_it(rina: OfficerBrowser, joko: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    form = taken(rina, application).by_id["decision"]
    page = joko.go(f"/office/applications/{application['id']}")
    assert "Berkas ini sedang dikerjakan Rina Kusuma." in page.text
    assert "decision" not in page.by_id
    joko.send(form, "Lengkap")
    assert joko.status == 409
    assert "Tugas ini sudah diambil petugas lain." in joko.page.text
    assert nurse.sees(application)["state"] == "completeness"


def test_a_foreign_desk_finds_nothing(rina: OfficerBrowser, maya: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    page = taken(rina, application)
    addresses = [f"/office/applications/{application['id']}", page.links["Tolak…"]]
    addresses += [f"/office/applications/{application['id']}/preview/permit", "/office/applications/not-an-id"]
    for address in addresses:
        maya.go(address)
        assert maya.status == 404, address
    maya.send(page.by_id["decision"], "Lengkap")
    assert maya.status == 404
    assert nurse.sees(application)["state"] == "completeness"


def test_the_system_is_busy_and_what_was_written_is_sent_again(
    rina: OfficerBrowser, running_mall: RunningMall, nurse: Nurse
) -> None:
    application = nurse.hands_in()
    taken(rina, application)
    with running_mall.without("applications"):
        rina.press("Kembalikan untuk diperbaiki", tick=("/sub_type",), **{"note__/sub_type": f"Salah. {HOSTILE}"})
        assert rina.status == 503
        assert int(rina.answer.headers["retry-after"]) > 0
        assert "Sistem sedang sibuk" in rina.page.text
        assert f"Salah. {HOSTILE}" in rina.page.text
        assert "<script>alert" not in rina.page.html
        assert rina.http.get("/office").status_code == 503
    rina.press("Kirim lagi")
    assert rina.path == "/office", rina.page.text
    assert nurse.sees(application)["corrections"][0]["note"]["id"] == f"Salah. {HOSTILE}"


def test_names_may_be_away(rina: OfficerBrowser, running_mall: RunningMall, nurse: Nurse) -> None:
    """Identity tells names; without it the list is still there. Reading a file is not: it could not be logged."""
    number = nurse.hands_in()["number"]
    with running_mall.without("identity"):
        answer = rina.http.get("/office")
        assert answer.status_code == 200
        assert number.split("-")[0] in answer.text
