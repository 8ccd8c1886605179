"""One application's life through the pages: people at a phone and at a desk, with scripts and without."""

from collections.abc import Callable
from typing import Any

import pytest
from mpp_cli.demo.papers import picture
from mpp_testing.browser.visitor import DESKTOP, NARROW, Visitor
from mpp_testing.malls import RunningMall
from playwright.sync_api import Route, expect

from tests.browser import files, people
from tests.browser.conftest import Sitting, Visit

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def officer(visit: Visit) -> Callable[[str], Visitor]:
    """An officer at a desk, signed in."""

    def officer(account: str, **options: Any) -> Visitor:
        visitor = visit(**{"size": DESKTOP, **options})
        people.sign_in(visitor, account, "/office")
        return visitor

    return officer


def test_from_the_first_page_to_the_permit(visit: Visit, officer: Callable[..., Visitor], sitting: Sitting) -> None:
    def judge(visitor: Visitor) -> None:
        if sitting.judged:
            visitor.check()

    siti = visit(size=sitting.size, javascript=sitting.javascript)
    people.sign_in(siti, "siti", people.APPLY)
    judge(siti)
    application = people.begin(siti)
    judge(siti)
    siti.page.locator("input[name=sub_type][value=new]").check()
    people.go_on(siti)
    judge(siti)
    people.go_on(siti)

    people.answer_practice(siti, name="<b>Klinik</b>", address="Jalan")
    people.go_on(siti)
    expect(siti.page.locator("#error-summary")).to_be_visible()
    expect(siti.page.locator("[name=practice-name]")).to_have_value("<b>Klinik</b>")
    judge(siti)
    people.answer_practice(siti)
    people.go_on(siti)

    for paper in people.PAPERS:
        people.hand_over_paper(siti, paper)
    judge(siti)
    siti.go(f"/applications/{application}/review")
    judge(siti)
    people.hand_in(siti)
    expect(siti.page.locator("main")).to_contain_text("Kode pelacakan")
    judge(siti)

    # Officers sit as she does: at a phone, or at a desk that runs no scripts.
    seat = {"size": sitting.size, "javascript": sitting.javascript}
    rina = officer("rina", **seat)
    judge(rina)
    people.claim(rina, application)
    judge(rina)
    people.press(rina, "Lengkap")
    people.wait_until(siti, f"/applications/{application}", "Dinas Kesehatan")
    judge(siti)
    maya = officer("maya", **seat)
    people.claim(maya, application)
    people.press(maya, "Rekomendasikan")
    hendra = officer("hendra", **seat)
    people.claim(hendra, application)
    people.press(hendra, "Setujui dan tanda tangani")
    judge(hendra)
    hendra.page.locator("form[action$='/decide/sign'] button").click()
    expect(hendra.page.locator("#progress")).to_contain_text("Dokumen sudah terbit", timeout=60_000)
    judge(hendra)

    people.wait_until(siti, f"/applications/{application}", "Unduh dokumen")
    judge(siti)
    permit = people.downloaded(siti, siti.page.get_by_role("link", name="Unduh dokumen").click)
    assert permit.startswith(b"%PDF-")
    verify = siti.page.locator("a[href^='/verify/']").first.get_attribute("href")
    assert verify
    employer = visit(size=sitting.size, javascript=sitting.javascript)
    employer.go(verify)
    expect(employer.page.locator("main")).to_contain_text("503/")
    judge(employer)


def test_a_return_is_mended_item_by_item(
    visit: Visit, officer: Callable[[str], Visitor], running_mall: RunningMall
) -> None:
    siti = visit(size=NARROW)
    people.sign_in(siti, files.NURSE)
    application = files.identifier(files.handed_in(running_mall))
    joko = officer("joko")
    people.claim(joko, application)
    for target, note in (
        ("/practice/address", "Alamat disingkat; tulis lengkap."),
        ("requirement:photo", "Latar harus merah."),
    ):
        joko.page.locator(f"[id='item:{target}']").check()
        joko.page.locator(f"[id='note:{target}']").fill(note)
    joko.check()
    people.press(joko, "Kembalikan untuk diperbaiki")

    siti.go(f"/applications/{application}")
    siti.check()
    siti.go(f"/applications/{application}/corrections")
    expect(siti.page.locator("main")).to_contain_text("Latar harus merah.")
    siti.check()
    siti.page.locator("a[href$='/corrections/1']").click()
    siti.page.wait_for_url("**/corrections/1")
    siti.check()
    siti.page.locator("[name=practice-address]").fill("Jalan Demonstrasi Nomor 1, Kecamatan Sragen, Kabupaten Sragen")
    people.press(siti, "Simpan perbaikan")
    siti.go(f"/applications/{application}/corrections/2")
    siti.check()
    file = {"name": "merah.png", "mimeType": "image/png", "buffer": picture(64, 84)}
    siti.page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    people.press(siti, "Unggah")
    siti.page.wait_for_url("**/corrections")
    people.press(siti, "Kirim perbaikan")
    expect(siti.page.locator("main")).to_contain_text("Petugas perizinan DPMPTSP")
    siti.check()


def test_a_rejection_says_why(visit: Visit, officer: Callable[[str], Visitor], running_mall: RunningMall) -> None:
    siti = visit()
    people.sign_in(siti, files.NURSE)
    application = files.identifier(files.handed_in(running_mall))
    rina = officer("rina")
    people.claim(rina, application)
    people.press(rina, "Tolak")
    # Blank, but not empty: the browser lets it pass, the mall must not.
    rina.page.locator("[name=reason]").fill("   ")
    rina.page.locator("form[action$='/decide/reject'] button").click()
    expect(rina.page.locator("#error-summary")).to_be_visible()
    rina.check()
    rina.page.locator("[name=reason]").fill("Tempat praktik di luar wilayah kabupaten (demonstrasi).")
    rina.page.locator("form[action$='/decide/reject'] button").click()
    rina.page.wait_for_load_state("load")
    siti.go(f"/applications/{application}")
    expect(siti.page.locator("main")).to_contain_text("Tempat praktik di luar wilayah kabupaten")
    siti.check()


def test_the_registry_is_away_and_she_types(visit: Visit, running_mall: RunningMall) -> None:
    siti = visit()
    people.sign_in(siti, "siti")
    with running_mall.without("sdmk"):
        application = people.begin(siti)
        siti.page.locator("input[name=sub_type][value=new]").check()
        people.go_on(siti)
        expect(siti.page.locator("main")).to_contain_text("sedang tidak tersambung")
        siti.check()
        siti.page.locator("[name=licence-number]").fill(people.LICENCE)
        siti.page.locator("input[name=licence-lifetime][value=true]").check()
        siti.page.locator("input[name=licence-credits_sufficient][value=true]").check()
        people.go_on(siti)
        people.answer_practice(siti)
        people.go_on(siti)
    siti.page.wait_for_url(f"**/applications/{application}/papers")


def test_the_applications_are_away_and_nothing_typed_is_lost(visit: Visit, running_mall: RunningMall) -> None:
    siti = visit()
    people.sign_in(siti, "siti")
    application = people.begin(siti)
    siti.go(f"/applications/{application}/form/3")
    people.answer_practice(siti, name="Klinik Sibuk")
    with siti.expecting_trouble(), running_mall.without("applications"):
        people.go_on(siti)
        expect(siti.page.locator("main")).to_contain_text("Sistem sedang sibuk")
        siti.check()
    kept = siti.page.locator("[name=practice-name]")
    assert kept.input_value() == "Klinik Sibuk"
    siti.page.locator("main form button").first.click()
    siti.page.wait_for_load_state("load")
    siti.go(f"/applications/{application}/form/3")
    expect(siti.page.locator("[name=practice-name]")).to_have_value("Klinik Sibuk")


def test_the_line_breaks_and_what_was_typed_comes_back(visit: Visit) -> None:
    siti = visit()
    people.sign_in(siti, "siti")
    application = people.begin(siti)
    siti.go(f"/applications/{application}/form/3")
    people.answer_practice(siti, name="Klinik Terputus")
    siti.context.set_offline(True)
    siti.page.locator("button[name=action][value=next]").click()
    expect(siti.page.get_by_role("alert")).to_contain_text("Koneksi terputus")
    siti.check()
    siti.context.set_offline(False)
    people.go_on(siti)
    siti.page.wait_for_url(lambda url: not url.endswith("/form/3"))
    siti.go(f"/applications/{application}/form/3")
    expect(siti.page.locator("[name=practice-name]")).to_have_value("Klinik Terputus")


def test_who_types_faster_than_the_line_loses_nothing(visit: Visit) -> None:
    """The questions are asked anew after each answer; the answer to that comes when she is two fields further."""
    siti = visit()
    people.sign_in(siti, "siti")
    application = people.begin(siti)
    siti.go(f"/applications/{application}/form/2")
    held: list[Route] = []
    siti.context.route("**/form/2", lambda route: held.append(route) if not held else route.continue_())
    siti.page.locator("[name=licence-number]").fill("STR-LAMBAT")
    siti.page.locator("input[name=licence-lifetime][value=true]").check()
    siti.page.locator("input[name=licence-credits_sufficient][value=false]").check()
    siti.page.wait_for_timeout(300)
    held[0].continue_()
    siti.page.wait_for_load_state("networkidle")
    expect(siti.page.locator("[name=licence-number]")).to_have_value("STR-LAMBAT")
    expect(siti.page.locator("input[name=licence-lifetime][value=true]")).to_be_checked()
    expect(siti.page.locator("input[name=licence-credits_sufficient][value=false]")).to_be_checked()


def test_the_form_by_keyboard_alone(visit: Visit) -> None:
    siti = visit(size=DESKTOP)
    people.sign_in(siti, "siti")
    application = people.begin(siti)
    for number in (1, 2, 3):
        siti.go(f"/applications/{application}/form/{number}")
        siti.check(keyboard=True)
    siti.go(f"/applications/{application}/form/3")
    keys = siti.page.keyboard

    def tab_to(name: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if siti.page.evaluate("() => document.activeElement.name") == name:
                return
        raise AssertionError(f"Tab never came to {name}")

    tab_to("practice-kind")
    keys.press("Space")
    tab_to("practice-ordinal")
    keys.type("1")
    tab_to("practice-name")
    keys.type("Klinik Papan Ketik")
    tab_to("practice-address")
    keys.type(people.ADDRESS)
    tab_to("action")
    keys.press("Enter")
    siti.page.wait_for_url(lambda url: not url.endswith("/form/3"))
    siti.go(f"/applications/{application}/form/3")
    expect(siti.page.locator("[name=practice-name]")).to_have_value("Klinik Papan Ketik")


def test_a_list_grows_and_shrinks_at_a_phone_and_enter_goes_on(visit: Visit) -> None:
    dewi = visit(size=NARROW)
    page = dewi.page
    people.sign_in(dewi, "dewi", "/apply/33.14/kartu-keluarga")
    page.locator("form[data-submit-once] button").last.click()
    page.wait_for_url("**/form/1")
    dewi.go(page.url.replace("/form/1", "/form/3"))
    page.locator("[name=members-0-name]").fill("Dewi Lestari")
    people.press(dewi, "Tambah anggota")
    expect(page.locator("#members-1")).to_be_in_viewport()
    expect(page.locator("[name=members-0-name]")).to_have_value("Dewi Lestari")
    # A question that depends on its own entry appears there, and only there.
    page.locator("[name=members-1-relation][value=other]").check()
    expect(page.locator("[name=members-1-other_relation]")).to_be_visible()
    expect(page.locator("[name=members-0-other_relation]")).to_have_count(0)
    page.locator("[name=members-1-name]").fill("Ani")
    page.locator("#members-0").get_by_role("button", name="Hapus").click()
    page.wait_for_load_state("load")
    expect(page.locator("[name=members-0-name]")).to_have_value("Ani")
    expect(page.get_by_role("button", name="Hapus")).to_have_count(0)
    # Enter goes on, though the buttons of the entries come first.
    page.locator("[name=members-0-name]").press("Enter")
    expect(page.locator("#error-summary")).to_contain_text("Anggota 1: Tanggal lahir")
    dewi.check()
    # From the top of the page: after a refusal the focus begins at the summary.
    dewi.go(page.url)
    dewi.check(keyboard=True)
