"""A nurse's application through the pages, without scripts, on a real mall: from the first page to the permit."""

import pytest
from mpp_cli.demo.papers import picture
from mpp_testing.malls import RunningMall

from tests.integration.portal.citizen.conftest import Decide
from tests.integration.portal.citizen.filing import attached, begun, filled_in, handed_in, wait_for
from tests.integration.portal.citizen.person import Person

pytestmark = pytest.mark.timeout(400)


def test_from_the_first_page_to_the_permit(siti: Person, decide: Decide) -> None:
    siti.go("/apply/33.14/sip-perawat")
    assert "Pasfoto berlatar merah" in siti.page.text
    assert "5 hari kerja" in siti.page.text
    assert "Gratis" in siti.page.text
    id = begun(siti)
    siti.press("/form/1", "next", sub_type="new")
    assert siti.page.form("/form/2")["licence-number"] == "STR-PRW-0331-2201"
    assert "Dari Registri" in siti.page.text
    siti.press("/form/2", "next")
    siti.press("/form/3", "next", practice__kind="facility", practice__name="<b>K</b>", practice__address="Jalan")
    assert siti.status == 422
    assert "Alamat lengkap (jangan disingkat): Paling sedikit 10 karakter." in siti.page.errors
    assert "SIP ke- (1 sampai 3): Wajib diisi." in siti.page.errors
    assert siti.page.form("/form/3")["practice-name"] == "<b>K</b>", "what was typed stays"
    assert "<b>K</b>" not in siti.page.html, "and is escaped"
    siti.press("/form/3", "next", practice__ordinal="1", practice__address="Jalan Demonstrasi Nomor 1, Sragen")
    attached(siti, id)
    siti.go(f"/applications/{id}/review")
    assert "Jalan Demonstrasi Nomor 1, Sragen" in siti.page.text
    assert "&lt;b&gt;K&lt;/b&gt;" in siti.page.html
    assert "<b>" not in siti.page.html
    siti.press("/review")
    assert siti.status == 422
    assert "Centang kotak ini" in siti.page.errors
    siti.press("/review", declaration="true")
    assert siti.path == f"/applications/{id}/receipt"
    assert "33.14-SIP-2026-" in siti.page.text
    assert "Kode pelacakan" in siti.page.text
    assert "Janji selesai" in siti.page.text

    siti.go(f"/applications/{id}")
    assert "Petugas perizinan DPMPTSP" in siti.page.text
    assert "Tidak ada yang perlu Anda lakukan sekarang." in siti.page.text
    decide("rina", id, "accept")
    wait_for(lambda: "Dinas Kesehatan" in siti.go(f"/applications/{id}").page.text)
    decide("maya", id, "recommend")
    decide("hendra", id, "sign")
    wait_for(lambda: "Unduh dokumen" in siti.go(f"/applications/{id}").page.text)
    assert "<svg" in siti.page.html
    verify = next(address for address in siti.page.links.values() if address.startswith("/verify/"))
    siti.go(siti.page.links["Unduh dokumen (PDF)"])
    assert siti.answer.content.startswith(b"%PDF-")
    assert siti.answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in siti.answer.headers["content-security-policy"]
    assert "503/" in siti.go(verify).page.text

    wait_for(lambda: "sudah terbit" in siti.go("/inbox").page.text)
    siti.go("/me/access-log")
    assert "Rina Kusuma" in siti.page.text
    assert "Memeriksa permohonan" in siti.page.text


def test_corrections_item_by_item(siti: Person, decide: Decide) -> None:
    id = handed_in(siti)
    items = [
        {"target": "/practice/address", "note": "Alamat <i>disingkat</i>."},
        {"target": "requirement:photo", "note": "Latar harus merah."},
    ]
    decide("joko", id, "return", items=items)
    siti.go("/applications")
    assert siti.page.text.index("Menunggu Anda") < siti.page.text.index("Perbaiki")
    siti.go(f"/applications/{id}/corrections")
    assert "2 dari 2 belum diubah." in siti.page.text
    assert "&lt;i&gt;disingkat&lt;/i&gt;" in siti.page.html
    assert "<i>" not in siti.page.html
    siti.go(f"/applications/{id}/corrections/1")
    assert "Latar" not in siti.page.text, "one thing at a time"
    siti.press("/corrections/1", practice__address="Jl")
    assert siti.status == 422
    assert siti.page.form("/corrections/1")["practice-address"] == "Jl"
    siti.press("/corrections/1", practice__address="Jalan Demonstrasi Nomor 1, Kecamatan Sragen")
    assert siti.path.endswith("/corrections")
    assert "1 dari 2 belum diubah." in siti.page.text
    siti.go(f"/applications/{id}/corrections/2")
    form = next(form for form in siti.page.forms if form.encoding)
    siti.post(form.action, dict(form.fields), files=[("file", ("merah.png", picture(64, 84), "image/png"))])
    assert "Semua sudah diubah." in siti.page.text
    siti.press("/corrections")
    assert siti.path == f"/applications/{id}"
    assert "Perbaikan sudah dikirim." in siti.page.text
    assert "Pemeriksaan kelengkapan" in siti.page.text or "Petugas perizinan DPMPTSP" in siti.page.text
    siti.go(f"/applications/{id}/corrections")
    assert siti.path == f"/applications/{id}", "there is nothing to correct any more"


def test_taking_it_back_is_asked_twice_and_only_of_what_was_seen(siti: Person, decide: Decide) -> None:
    id = handed_in(siti)
    siti.go(f"/applications/{id}/withdraw")
    asked = siti.page
    decide("rina", id, "return", items=[{"target": "", "note": "Lengkapi."}])
    siti.press("/withdraw")
    assert "baru saja berubah" in siti.page.text
    assert "Perbaiki" in siti.page.text
    siti.go(f"/applications/{id}/withdraw").press("/withdraw")
    assert "Permohonan sudah ditarik." in siti.page.text
    form = asked.form("/withdraw")
    siti.post(form.action, dict(form.fields))
    assert siti.status == 200
    assert "Ditarik" in siti.page.text


def test_a_draft_is_discarded_and_a_rejection_says_why(siti: Person, decide: Decide) -> None:
    id = begun(siti)
    siti.go(f"/applications/{id}/withdraw").press("/withdraw")
    assert "Ditarik" in siti.page.text or "ditarik" in siti.page.text
    siti.go(f"/applications/{id}/form/1")
    assert siti.path == f"/applications/{id}", "it cannot be filled in any more"
    id = handed_in(siti)
    decide("rina", id, "reject", reason="Di luar wilayah <kabupaten>.")
    assert "Di luar wilayah <kabupaten>." in siti.go(f"/applications/{id}").page.text
    assert "<kabupaten>" not in siti.page.html


def test_the_registry_is_away_and_she_types(running_mall: RunningMall, siti: Person) -> None:
    with running_mall.without("sdmk"):
        id = begun(siti)
        siti.press("/form/1", "next", sub_type="new")
        assert "sedang tidak tersambung. Silakan isi sendiri" in siti.page.text
        siti.press("/fill-in")
        assert siti.path == f"/applications/{id}/form/2"
        assert "Tidak ada isian baru" in siti.page.text
        siti.press("/form/2", "next", licence__number="STR-1")
        assert siti.status == 422, "the rest is still missing"
        siti.press("/form/2", "later", licence__lifetime="true")
        assert "Sudah disimpan." in siti.page.text
    siti.go(f"/applications/{id}/form/2").press("/fill-in")
    assert "Isian sudah diambil." in siti.page.text
    assert siti.page.form("/form/2")["licence-number"] == "STR-1", "what she typed is hers"
    assert "STR-PRW-0331-2201. Bila isian Anda yang benar" in siti.page.text
    assert siti.page.form("/form/2")["licence-credits_sufficient"] == "true"


def test_twice_pressed_is_once_done(siti: Person) -> None:
    siti.go("/apply/33.14/sip-perawat")
    form = siti.page.form("/sip-perawat")
    first = siti.post(form.action, dict(form.fields)).path
    assert siti.post(form.action, dict(form.fields)).path == first
    id = filled_in(siti)
    attached(siti, id)
    siti.go(f"/applications/{id}/review")
    form = siti.page.form("/review")
    sent = {**dict(form.fields), "declaration": "true"}
    receipt = siti.post(form.action, sent).page.text
    assert siti.post(form.action, sent).path == f"/applications/{id}/receipt"
    assert siti.page.text == receipt
