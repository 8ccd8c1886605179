"""Messages, lists and one's own account."""

import re
import uuid

import pytest
from mpp_cli.demo.client import Visitor
from mpp_testing.malls import RunningMall

from tests.integration.portal.citizen.filing import APPLICATIONS, handed_in, wait_for
from tests.integration.portal.citizen.person import Person

pytestmark = pytest.mark.timeout(400)


def test_messages_are_read_and_lead_to_their_application(siti: Person) -> None:
    id = handed_in(siti)
    wait_for(lambda: f"/applications/{id}" in siti.go("/inbox").page.html)
    form = next(form for form in siti.page.forms if form.action.startswith("/inbox/"))
    before = int(siti.go("/inbox/unread").answer.text)
    siti.post(form.action, {"go": "yes"})
    assert siti.path == f"/applications/{id}"
    assert int(siti.go("/inbox/unread").answer.text) == before - 1
    siti.post(form.action, {})
    assert siti.path == "/inbox"
    assert form.action not in [each.action for each in siti.go("/inbox?unread=yes").page.forms]


def test_a_long_list_goes_on(running_mall: RunningMall) -> None:
    agus, api = Person(running_mall.url, "agus"), Visitor(running_mall.url).sign_in("agus")
    for _ in range(21 - len(api.get(APPLICATIONS, limit=100)["items"])):
        draft = api.post(APPLICATIONS, {"mall": "33.14", "service": "sip-perawat"})
        api.post(f"{APPLICATIONS}/{draft['id']}:withdraw", version=draft["version"])
    agus.go("/applications")
    first = re.findall(r'<h3><a href="(/applications/[^"]+)"', agus.page.html)
    agus.go(agus.page.links["Muat lagi"])
    rest = re.findall(r'<h3><a href="(/applications/[^"]+)"', agus.page.html)
    assert rest
    assert not set(first) & set(rest)
    assert agus.go("/applications?cursor=x").status == 422


def test_the_account_is_read_and_changed(running_mall: RunningMall) -> None:
    budi = Person(running_mall.url, "budi")
    budi.go("/me")
    assert "331405******9002" in budi.page.text
    assert "3314051203889002" not in budi.page.html
    budi.press("/me/language", language="en")
    assert "The language is saved." in budi.page.text
    budi.press("/me/language", language="id")
    assert "Bahasa sudah disimpan." in budi.page.text
    form = budi.page.form("/me/preferences")
    assert form["email"] == "yes"
    budi.post(form.action, {})
    assert "email" not in dict(budi.page.form("/me/preferences").fields)
    budi.press("/me/preferences", email="yes")
    assert budi.page.form("/me/preferences")["email"] == "yes"
    budi.go("/me/export")
    assert "3314051203889002" in budi.answer.text
    assert budi.answer.headers["content-disposition"].startswith("attachment")


def test_a_new_contact_counts_once_its_code_is_given(running_mall: RunningMall) -> None:
    budi = Person(running_mall.url, "budi")
    address = f"budi-{uuid.uuid4().hex[:8]}@warga.example.id"
    budi.go("/me/contact/email").press("/me/contact/email", value="bukan surel")
    assert budi.status == 422
    assert budi.page.errors
    assert budi.page.form("/email")["value"] == "bukan surel"
    budi.press("/me/contact/email", value=address)
    assert "Kode 6 angka dikirim" in budi.page.text
    asked = budi.page.form("/email")
    budi.press("/me/contact/email", code="000000")
    assert budi.status == 422
    assert budi.page.errors

    def code() -> str:
        for mail in budi.http.get("/mailbox/api/messages").json()["items"]:
            if address in str(mail) and (found := re.search(r"\b[0-9]{6}\b", str(mail))):
                return found[0]
        return ""

    budi.post(asked.action, {**dict(asked.fields), "code": wait_for(code)})
    assert budi.path == "/me"
    assert address in budi.page.text


def test_an_officer_has_an_office_instead(running_mall: RunningMall) -> None:
    rina = Person(running_mall.url)
    asked = rina.http.get("/sign-in", params={"next": "/apply/33.14/sip-perawat"})
    found = re.search(r"transaction=([^&\"]+)", str(asked.url))
    assert found is not None
    form = {"transaction": found[1], "account": "rina"}
    answer = rina.http.post("/oidc/sign-in/demo", data=form, headers={"origin": running_mall.url})
    assert answer.status_code == 403
    assert "Halaman ini untuk warga." in answer.text
