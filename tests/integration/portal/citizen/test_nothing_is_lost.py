"""Two tabs, an ended session, a part that is away, wrong files: what was typed is still there, and said calmly."""

import pytest
from mpp_testing.malls import RunningMall

from tests.integration.portal.citizen.filing import begun, filled_in
from tests.integration.portal.citizen.person import Person

pytestmark = pytest.mark.timeout(400)


def test_another_tab_changed_the_same_answers_and_she_chooses(dewi: Person) -> None:
    id = begun(dewi)
    step = f"/applications/{id}/form/3"
    mine = dewi.go(step).page.form("/form/3")
    dewi.press("/form/3", "later", practice__name="Klinik Lama")
    sent = {**dict(mine.fields), "practice-name": "Klinik Baru", "action": "next"}
    dewi.post(step, sent)
    assert dewi.status == 412
    assert "Isian ini sudah diubah di halaman lain" in dewi.page.text
    assert dewi.page.form("/form/3")["practice-name"] == "Klinik Baru"
    assert "Yang tersimpan: Klinik Lama" in dewi.page.text
    dewi.press("/form/3", "later")
    assert "Klinik Baru" in dewi.go(f"/applications/{id}").page.text


def test_another_tab_changed_other_things_and_nobody_is_asked(dewi: Person) -> None:
    id = begun(dewi)
    step = f"/applications/{id}/form/3"
    mine = dewi.go(step).page.form("/form/3")
    dewi.go(f"/applications/{id}/form/1").press("/form/1", "later", sub_type="new")
    dewi.post(step, {**dict(mine.fields), "practice-name": "Klinik Baru", "action": "later"})
    text = dewi.go(f"/applications/{id}").page.text
    assert "Klinik Baru" in text
    assert "Jenis Baru" in text


def test_the_session_ended_and_the_form_is_sent_after_signing_in(running_mall: RunningMall) -> None:
    dewi = Person(running_mall.url, "dewi")
    id = begun(dewi)
    dewi.go(f"/applications/{id}/form/3")
    ended = [cookie for cookie in dewi.http.cookies.jar if cookie.name == "mpp_session"]
    for cookie in ended:
        dewi.http.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
    dewi.press("/form/3", "later", practice__name="Klinik <Tetap>")
    assert dewi.status == 401
    form = dewi.page.form("/form/3")
    assert form["practice-name"] == "Klinik <Tetap>"
    for cookie in ended:
        dewi.http.cookies.jar.set_cookie(cookie)
    dewi.post(form.action, dict(form.fields))
    assert "Klinik <Tetap>" in dewi.go(f"/applications/{id}").page.text


def test_the_applications_are_away_and_the_form_stays_filled(running_mall: RunningMall, dewi: Person) -> None:
    id = begun(dewi)
    dewi.go(f"/applications/{id}/form/3")
    shown = dewi.page
    with running_mall.without("applications"):
        dewi.press("/form/3", "later", practice__name="Klinik Sibuk", practice__kind="facility")
        assert dewi.status == 503
        assert int(dewi.answer.headers["retry-after"]) > 0
        assert "Sistem sedang sibuk" in dewi.page.text
        assert "Nama tempat praktik" in dewi.page.text, "the questions are there to be read, not only kept"
        form = dewi.page.form("/form/3")
        assert (form["practice-name"], form["practice-kind"]) == ("Klinik Sibuk", "facility")
        # A form the portal does not know (it was started anew meanwhile) is kept as it is.
        sent = {**dict(shown.form("/form/3").fields), "digest": "other", "practice-name": "Klinik Lain"}
        dewi.post(shown.form("/form/3").action, sent)
        assert dewi.status == 503
        assert dewi.page.form("/form/3")["practice-name"] == "Klinik Lain"
    dewi.post(form.action, {**dict(form.fields), "action": "later"})
    assert "Klinik Sibuk" in dewi.go(f"/applications/{id}").page.text


def test_files_that_are_refused_say_why_where_they_were_chosen(dewi: Person) -> None:
    filled_in(dewi, licence__number="STR-9", licence__lifetime="true", licence__credits_sufficient="true")
    form = next(form for form in dewi.page.forms if form.encoding)
    large = b"\x89PNG\r\n\x1a\n" + b"0" * 2_000_001
    for name, content, status, word in (
        ("foto.png", b"bukan gambar", 415, "Jenis berkas tidak diterima"),
        ("foto.png", large, 413, "Berkas lebih dari 2 MB."),
        ("", b"", 422, "Pilih dulu berkasnya."),
    ):
        dewi.post(form.action, dict(form.fields), files=[("file", (name, content, "image/png"))])
        assert dewi.status == status, dewi.page.text
        assert word in dewi.page.errors
        assert 'href="#file-photo"' in dewi.page.html
    assert "sudah ada" not in dewi.page.text


def test_questions_follow_the_answers(dewi: Person) -> None:
    id = begun(dewi)
    names = dewi.page.form("/form/1").names
    assert "old_permit_number" not in names
    dewi.press("/form/1", "next", sub_type="renewal")
    assert dewi.path.endswith("/form/1")
    assert "Ada pertanyaan tambahan" in dewi.page.text
    dewi.press("/form/1", "next", old_permit_number="503/1")
    assert dewi.path.endswith("/form/2")
    assert "503/1" in dewi.go(f"/applications/{id}").page.text
    # A script asks for the questions of answers that are not saved yet.
    form = dewi.go(f"/applications/{id}/form/1").page.form("/form/1")
    dewi.post(form.action, {**dict(form.fields), "sub_type": "new", "action": "show"})
    assert "old_permit_number" not in dewi.page.form("/form/1").names
    assert "503/1" in dewi.go(f"/applications/{id}").page.text, "asking saved nothing"
    dewi.go(f"/applications/{id}/form/1").press("/form/1", "later", sub_type="new")
    assert "503/1" not in dewi.go(f"/applications/{id}").page.text


def test_a_strangers_application_is_no_page(running_mall: RunningMall, siti: Person, dewi: Person) -> None:
    id = begun(siti)
    for rest in ("", "/form", "/form/1", "/papers", "/review", "/receipt", "/corrections", "/withdraw"):
        assert dewi.go(f"/applications/{id}{rest}").status == 404, rest
    for rest in ("/form/1", "/papers", "/review", "/withdraw", "/fill-in"):
        sent = {"action": "next", "shown": "sub_type", "sub_type": "new", "requirement": "photo", "version": "1"}
        files = [("file", ("a.png", b"x", "image/png"))] if rest == "/papers" else None
        assert dewi.post(f"/applications/{id}{rest}", sent, files=files).status == 404, rest
    assert dewi.go("/applications/none").status == 404
    assert dewi.go(f"/applications/{id}/form/99").status == 404
    nobody = Person(running_mall.url)
    nobody.http.follow_redirects = False
    assert nobody.go(f"/applications/{id}").answer.headers["location"].startswith("/sign-in?next=%2Fapplications%2F")
