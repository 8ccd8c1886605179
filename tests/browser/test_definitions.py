"""A definition from the copy to the citizen: one operator writes it at a desk, another publishes it from a phone."""

import uuid
from datetime import date, timedelta

import pytest
from mpp_testing.browser.visitor import DESKTOP, PHONE
from mpp_testing.malls import RunningMall
from playwright.sync_api import expect

from tests.browser import files, people
from tests.browser.conftest import Visit

pytestmark = pytest.mark.timeout(400)


def test_two_operators_publish_what_a_citizen_then_reads(visit: Visit) -> None:
    service = f"konsultasi-{uuid.uuid4().hex[:6]}"
    galih = visit(size=DESKTOP, dark=True)
    people.sign_in(galih, "operator", "/office/definitions")
    galih.check()
    page = galih.page
    page.locator("#service").fill(service)
    page.locator("#copy_of").select_option("konsultasi")
    people.press(galih, "Buat draf")
    draft = page.url.partition("?")[0]
    people.press(galih, "Nama dan penanggung jawab")
    page.locator("[id='/name/id']").fill("Konsultasi izin <apotek>")
    page.locator("[id='/name/en']").fill("")
    # In force from today: a copy proposes the day after.
    first_day = page.locator("[id='/effective_from']")
    first_day.fill(str(date.fromisoformat(first_day.input_value()) - timedelta(days=1)))
    people.press(galih, "Simpan")
    expect(page.locator("#error-summary")).to_contain_text("Nama, Bahasa Inggris")
    galih.check()
    page.locator("#error-summary a").first.click()
    expect(page.locator("[id='/name/en']")).to_be_focused()
    page.locator("[id='/name/en']").fill("Advice on pharmacies")
    people.press(galih, "Simpan")
    galih.check(keyboard=True)
    galih.go(f"{draft}/requirements")
    people.press(galih, "Tambahkan: Persyaratan")
    page.locator("[id$='/name/id']").last.fill("Surat kuasa")
    page.locator("[id$='/name/en']").last.fill("Letter of authority")
    page.locator("[id$='/mandatory']").last.select_option("no")
    page.locator("[id$='/kind']").last.select_option("original")
    people.press(galih, "Tambahkan: Berkas yang diunggah")
    page.locator("[id$='/types']").last.check()
    page.locator("[id$='/max_bytes']").last.fill("2000000")
    people.press(galih, "Simpan")
    expect(page.locator("[role=status]")).to_contain_text("Tersimpan.")
    galih.check()
    galih.go(f"{draft}/preview?mall=33.14")
    expect(page.locator("main")).to_contain_text("Surat kuasa")
    expect(page.locator("main")).to_contain_text("Konsultasi izin <apotek>")
    galih.check()
    galih.go(draft)
    page.locator("#reason").fill("Apotek sering bertanya (demonstrasi).")
    page.locator("#legal_title").fill("Keputusan demonstrasi nomor 1")
    people.press(galih, "Usulkan untuk diterbitkan")
    expect(page.locator("main")).to_contain_text("Anda sendiri yang mengusulkannya.")
    expect(page.get_by_role("button", name="Setujui dan terbitkan")).to_have_count(0)
    galih.check()

    laras = visit(size=PHONE)
    people.sign_in(laras, "operator-dua", "/office/definitions")
    laras.page.locator(f"a[href='{draft.removeprefix(laras.url)}']").click()
    laras.page.wait_for_load_state("load")
    laras.check()
    people.press(laras, "Setujui dan terbitkan")
    expect(laras.page.locator("[role=status]")).to_contain_text("Diterbitkan.")

    siti = visit(size=PHONE)
    siti.go(f"/malls/33.14/services/{service}")
    expect(siti.page.locator("h1")).to_have_text("Konsultasi izin <apotek>")
    expect(siti.page.locator("main")).to_contain_text("Surat kuasa")
    people.press(siti, "Lihat riwayat perubahan")
    expect(siti.page.locator("main")).to_contain_text("Keputusan demonstrasi nomor 1")
    expect(siti.page.locator("main")).to_contain_text("Larasati Dewanti")
    siti.check()


def test_a_draft_beside_the_version_it_comes_from(visit: Visit, running_mall: RunningMall) -> None:
    galih = visit(size=DESKTOP)
    people.sign_in(galih, "operator", "/office/definitions")
    galih.go(f"/office/definitions/drafts/{files.drafted(running_mall)}/differences")
    expect(galih.page.locator("main")).to_contain_text("(baru)")
    galih.check()
