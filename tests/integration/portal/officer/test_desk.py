"""The desk: what is to do, who has it, the next file, and what is said when a colleague was faster."""

import pytest
from mpp_testing.malls import RunningMall

from tests.integration.portal.officer.browser import OfficerBrowser, Page
from tests.integration.portal.officer.conftest import Nurse

pytestmark = pytest.mark.timeout(400)


def listed(officer: OfficerBrowser, number: str, query: str = "") -> Page:
    """The page of the inbox that has the file."""
    page = officer.go(f"/office{query}")
    while not any(number in row for row in page.rows):
        page = officer.go(page.links["Muat lagi"])
    return page


def taken(officer: OfficerBrowser, application: dict[str, str]) -> Page:
    """The page of a file this officer has just claimed there."""
    officer.go(f"/office/applications/{application['id']}")
    return officer.press("Ambil berkas ini")


def test_a_file_is_claimed_and_put_back_in_the_list(rina: OfficerBrowser, joko: OfficerBrowser, nurse: Nurse) -> None:
    number = nurse.hands_in()["number"]
    row = listed(rina, number).row(number)
    assert "Surat Izin Praktik (SIP) Perawat Pemeriksaan kelengkapan" in row
    assert "Belum diambil" in row
    rina.press(f"Ambil berkas {number}")
    assert f"Berkas {number} sekarang Anda kerjakan." in rina.page.text
    assert "Anda" in listed(rina, number, "?claimed=mine").row(number)
    assert f"Ambil berkas {number}" not in listed(joko, number).html
    assert "Rina Kusuma" in joko.page.row(number), "who has it, by name"
    listed(rina, number)
    rina.press(f"Lepas berkas {number}")
    assert "Belum diambil" in listed(joko, number, "?claimed=free").row(number)


def test_a_colleague_was_faster(rina: OfficerBrowser, joko: OfficerBrowser, nurse: Nurse) -> None:
    number = nurse.hands_in()["number"]
    listed(rina, number)
    listed(joko, number)
    rina.press(f"Ambil berkas {number}")
    joko.press(f"Ambil berkas {number}")
    assert joko.status == 409
    assert "Tugas ini sudah diambil petugas lain." in joko.page.text
    assert "Ambil berkas berikutnya" in joko.page.text, "and the work goes on"


def test_two_officers_who_take_the_next_file_get_two(rina: OfficerBrowser, joko: OfficerBrowser, nurse: Nurse) -> None:
    for _ in range(2):
        nurse.hands_in()
    found = []
    for officer in (rina, joko):
        officer.go("/office")
        form = next(form for form in officer.page.forms if "Ambil berkas berikutnya" in form.buttons)
        officer.press("Ambil berkas berikutnya")
        assert officer.path.startswith("/office/applications/")
        assert "Keputusan" in officer.page.text
        found.append(officer.path)
        officer.send(form, "Ambil berkas berikutnya")
        assert officer.path == found[-1], "pressed twice it is one file"
    assert found[0] != found[1]


def test_nothing_is_waiting_is_said(hendra: OfficerBrowser) -> None:
    hendra.go("/office?service=sip-perawat&state=no-such-step")
    hendra.press("Ambil berkas berikutnya")
    assert "Tidak ada berkas yang belum diambil." in hendra.page.text
    assert "Tidak ada berkas yang menunggu di sini." in hendra.page.text


def test_a_number_is_found_where_it_is_or_was(rina: OfficerBrowser, maya: OfficerBrowser, nurse: Nurse) -> None:
    application = nurse.hands_in()
    rina.go("/office")
    rina.press("Buka", of="/office/search", number=f" {application['number'].lower()} ")
    assert rina.path == f"/office/applications/{application['id']}"
    for written, status, said in (
        (application["number"], 404, "Unit Anda"), ("<b>x</b>", 404, "Tulis nomor lengkapnya."),
        ("", 422, "Tulis nomor permohonan."),
    ):  # fmt: skip
        maya.go("/office")
        maya.press("Buka", of="/office/search", number=written)
        assert maya.status == status
        assert said.lower() in maya.page.summary.lower()
        form = next(form for form in maya.page.forms if form.action == "/office/search")
        assert form.value("number") == written


def test_filters_that_are_none_lead_to_the_whole_list(rina: OfficerBrowser) -> None:
    for query in ("claimed=x", "due=x", "desk=x", "cursor=x", "desk=a%00:b:c"):
        rina.go(f"/office?{query}")
        assert (rina.status, rina.path) == (200, "/office"), query
    page = rina.go("/office?told=<script>&number=<script>alert(1)</script>&state=<script>")
    assert "<script>" not in page.html.replace('<script src="', "")


def test_the_whole_desk_is_for_officers(running_mall: RunningMall, nurse: Nurse) -> None:
    application = nurse.hands_in()["id"]
    pages = ["/office", "/office/search?number=x", f"/office/applications/{application}"]
    pages += [f"/office/tasks/{application}/decide/accept", f"/office/tasks/{application}/signing"]
    pages += [f"/office/applications/{application}/{kind}/{application}" for kind in ("papers", "documents")]
    pages += [f"/office/applications/{application}/preview/permit"]
    citizen = OfficerBrowser(running_mall.url)
    for path in pages:
        citizen.go(path)
        assert "Masuk" in citizen.page.text, path
        assert citizen.path.startswith("/oidc/"), path
    citizen = signed_in_person(running_mall.url)
    for path in pages:
        citizen.go(path)
        assert citizen.status == 403, path
        assert "Halaman ini untuk petugas." in citizen.page.text
    for path in ("/office/next", f"/office/tasks/{application}/claim", f"/office/tasks/{application}/decide/accept"):
        answer = citizen.http.post(path, data={"key": "x"}, headers={"origin": running_mall.url})
        assert answer.status_code == 403, path


def signed_in_person(url: str) -> OfficerBrowser:
    person = OfficerBrowser(url)
    asked = person.http.get("/sign-in", params={"next": "/office"})
    form = {"transaction": str(asked.url).rsplit("transaction=", 1)[1].split("&")[0], "account": "dewi"}
    person._show(person.http.post("/oidc/sign-in/demo", data=form, headers={"origin": url}))
    return person


def test_a_form_of_another_site_is_refused(rina: OfficerBrowser) -> None:
    for path in ("/office/next", "/office/tasks/0199a1b2-0000-7000-8000-000000000001/claim"):
        answer = rina.http.post(path, data={"key": "x"}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
        assert "dikirim dari situs lain" in answer.text


def test_in_english_too(running_mall: RunningMall) -> None:
    officer = OfficerBrowser(running_mall.url, "rina", "en")
    assert "Take the next file" in officer.page.text
    assert "Ambil" not in officer.page.text
