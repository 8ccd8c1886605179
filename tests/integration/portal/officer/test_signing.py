"""The head's page: what will be signed, the signature under way, the signing agency away, and the signed document."""

import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from mpp_testing.malls import RunningMall

from tests.integration.portal.officer.browser import OfficerBrowser, Page
from tests.integration.portal.officer.conftest import Nurse
from tests.integration.portal.officer.test_desk import taken

pytestmark = pytest.mark.timeout(400)


def wait_for(ready: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)
    return found


@pytest.fixture
def recommended(rina: OfficerBrowser, maya: OfficerBrowser, nurse: Nurse) -> dict[str, Any]:
    """An application that only waits for the head's signature."""
    application = nurse.hands_in()
    taken(rina, application)
    rina.press("Lengkap")
    wait_for(lambda: nurse.sees(application)["state"] == "recommendation")
    page = taken(maya, application)
    assert "Kepala" not in page.row("Hal umum yang harus diperbaiki")
    maya.press("Rekomendasikan", comment="Tempat praktik sesuai.")
    assert nurse.sees(application)["state"] == "signature"
    return application


def to_be_signed(hendra: OfficerBrowser, application: dict[str, Any]) -> Page:
    page = taken(hendra, application)
    assert "Catatan antarpetugas: Tempat praktik sesuai." in page.text
    return hendra.go(page.links["Setujui dan tanda tangani…"])


def issued(hendra: OfficerBrowser) -> Page | None:
    page = hendra.go(str(hendra.answer.url))
    return page if "Dokumen sudah terbit" in page.text else None


def test_the_head_sees_what_is_signed_signs_and_gets_the_document(
    hendra: OfficerBrowser, rina: OfficerBrowser, recommended: dict[str, Any], nurse: Nurse
) -> None:
    page = to_be_signed(hendra, recommended)
    assert "503/____/SIPP/DPMPTSP-SRG/2026" in page.text
    assert "Hendra Gunawan, Kepala DPMPTSP Kabupaten Sragen" in page.text
    assert "Ini tidak dapat dibatalkan." in page.text
    [preview] = [address for address in page.pictures if "/preview/" in address]
    picture = hendra.http.get(preview)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert picture.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert ElementTree.fromstring(picture.content).tag.endswith("svg")
    form = next(form for form in page.forms if "Setujui dan tanda tangani" in form.buttons)
    hendra.press("Setujui dan tanda tangani")
    assert hendra.path.endswith("/signing")
    assert f"Tanda tangan berkas {recommended['number']}" in hendra.page.text
    page = wait_for(lambda: issued(hendra))
    document = hendra.http.get(page.links["Buka di halaman baru"])
    assert document.content.startswith(b"%PDF-")
    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"].startswith('inline; filename="503-')
    assert document.headers["content-security-policy"].startswith("default-src 'none'")
    assert "sandbox" not in document.headers["content-security-policy"], "a browser's reader of PDF needs to run"
    assert hendra.http.get(page.links["Periksa keaslian"]).status_code == 200
    assert nurse.sees(recommended)["status"] == "ISSUED"
    hendra.send(form, "Setujui dan tanda tangani")
    assert "Dokumen sudah terbit" in hendra.page.text, "sent twice it is one decision"
    assert "Dokumen terbit" in rina.go(f"/office/applications/{recommended['id']}").text
    assert len(nurse.sees(recommended)["documents"]) == 1


def test_the_next_file_to_sign_opens_where_it_is_signed(hendra: OfficerBrowser, recommended: dict[str, Any]) -> None:
    hendra.go("/office?state=signature")
    hendra.press("Ambil berkas berikutnya")
    assert hendra.path.endswith("/decide/sign")
    assert "Pratinjau dokumen" in hendra.page.text


def test_the_signing_agency_is_away_and_the_file_stays(
    hendra: OfficerBrowser, running_mall: RunningMall, recommended: dict[str, Any], nurse: Nurse
) -> None:
    to_be_signed(hendra, recommended)
    with running_mall.without("esign"):
        hendra.press("Setujui dan tanda tangani")
        assert "Dokumen sedang ditandatangani" in hendra.page.text
        wait_for(lambda: "tidak tersambung sejak" in hendra.go(str(hendra.answer.url)).text)
        assert "Keputusan Anda tersimpan." in hendra.page.text
        assert "Tanda tangani berikutnya" in hendra.page.text
        assert nurse.sees(recommended)["status"] == "APPROVED"
    wait_for(lambda: issued(hendra), 90)


def test_a_signature_is_refused_and_the_reason_kept(
    hendra: OfficerBrowser, running_mall: RunningMall, recommended: dict[str, Any], nurse: Nurse
) -> None:
    page = taken(hendra, recommended)
    hendra.go(page.links["Tolak…"])
    other_window = OfficerBrowser(running_mall.url, "hendra")
    other_window.go(f"/office/applications/{recommended['id']}")
    other_window.press("Lepas")
    hendra.press("Tolak", reason="Alasan yang panjang sekali.")
    assert hendra.status in (409, 412)
    assert "Keputusan Anda belum tersimpan" in hendra.page.text
    assert "Alasan yang panjang sekali." in hendra.page.text
    assert nurse.sees(recommended)["state"] == "signature"
