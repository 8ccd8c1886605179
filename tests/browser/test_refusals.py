"""States no link leads to: refused forms, sign-up and sign-in to their ends, doors that stay shut.

Each is judged as every page is. What was wrong is said at the top and at the field, and what was typed is still there.
"""

import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from mpp_testing.browser.visitor import DESKTOP, PHONE, Visitor
from mpp_testing.malls import RunningMall
from playwright.sync_api import expect

from tests.browser import files, people
from tests.browser.conftest import Visit

pytestmark = pytest.mark.timeout(400)
BLANK: Mapping[str, str] = {}


def send(visitor: Visitor, form: str, typed: Mapping[str, str] = BLANK, button: str = "") -> None:
    """Fill a form and press a button of it. The browser's own check is switched off: without scripts or with another
    client nobody makes it, and the mall must say it itself."""
    page = visitor.page
    found = page.locator(form).first
    found.evaluate("form => { form.noValidate = true }")
    for name, value in typed.items():
        field = found.locator(f"[name='{name}']")
        if field.first.get_attribute("type") == "file":
            field.set_input_files(
                files=[{"name": f"{value}.pdf", "mimeType": "application/pdf", "buffer": value.encode()}]
            )
        else:
            field.fill(value)
    with page.expect_navigation(wait_until="load"):
        found.locator(f"button{button}").first.dispatch_event("click")


def refused(visitor: Visitor, form: str, typed: Mapping[str, str] = BLANK, button: str = "") -> None:
    """Send a form that must come back: with its errors, and with what was typed."""
    send(visitor, form, typed, button)
    page = visitor.page
    expect(page.locator("#error-summary, main [role=alert]").first).to_be_visible()
    visitor.check()
    for link in page.locator("#error-summary a[href^='#']").all():
        target = page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']")
        expect(target).to_be_attached()
    for name, value in typed.items():
        field = page.locator(f"main [name='{name}']").first
        if field.get_attribute("type") != "file":
            expect(field).to_have_value(value)


def code_sent(visitor: Visitor, to: str) -> str:
    """The newest code in the mailbox of the demonstration."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        mails = visitor.context.request.get("/mailbox/api/messages", params={"to": to}).json()["items"]
        if mails and (found := re.search(r"\b\d{6}\b", mails[0]["text"])):
            return found.group()
        time.sleep(0.2)
    raise AssertionError(f"No code came to {to}")


def test_following_and_checking(visit: Visit) -> None:
    anyone = visit()
    anyone.go("/track")
    refused(anyone, "form[action='/track']")
    send(anyone, "form[action='/track']", {"number": "33.14-2026-000000", "secret": "SALAH"})
    expect(anyone.page.locator("main [role=alert], #error-summary").first).to_be_visible()
    expect(anyone.page.locator("[name=number]")).to_have_value("33.14-2026-000000")
    anyone.check()
    anyone.go("/verify")
    refused(anyone, "form[method=get][action='/verify']")
    anyone.go("/verify/AAAA-BBBB-CCCC")
    anyone.check()
    anyone.go("/verify")
    send(anyone, "form[method=post][action='/verify']")
    expect(anyone.page.locator("#error-summary, main [role=alert]").first).to_be_visible()
    anyone.check()
    anyone.go("/verify")
    send(anyone, "form[method=post][action='/verify']", {"file": "not a document"})
    expect(anyone.page.locator("main")).to_contain_text("tidak")
    anyone.check()


def test_signing_up_and_in_and_out(visit: Visit) -> None:
    new = visit(size=PHONE)
    page = new.page
    new.go("/sign-in?next=/me")
    new.check()
    refused(new, "form[action='/oidc/sign-in']")
    refused(new, "form[action='/oidc/sign-in']", {"identifier": "bukan surel"})
    people.press(new, "Daftar")
    new.check()
    refused(new, "form[action='/oidc/sign-up']")
    serial = uuid4().int
    day, month = 1 + serial % 28, 1 + serial % 12
    email, phone = f"baru.{uuid4().hex[:10]}@example.id", f"0812{serial % 10**8:08}"
    typed = {"nik": "123", "name": "Warga <i>Baru</i>", "birth_date": f"1990-{month:02}-{day:02}", "email": email}
    refused(new, "form[action='/oidc/sign-up']", typed)
    good = typed | {"nik": f"331401{day:02}{month:02}90{9001 + serial % 999}", "name": "Warga Baru", "phone": phone}
    send(new, "form[action='/oidc/sign-up']", good)
    expect(page.locator("[name=code]")).to_be_visible()
    new.check()
    send(new, "main form", {"code": "000000"})
    expect(page.locator("#error-summary")).to_be_visible()
    new.check()
    send(new, "main form", {"code": code_sent(new, email)})
    page.wait_for_url("**/me")
    new.check()
    for empty in ("/applications", "/inbox", "/me/access-log"):
        new.go(empty)
        new.check()
    for kind, wrong in (("email", "bukan surel"), ("phone", "12")):
        new.go(f"/me/contact/{kind}")
        refused(new, "main form")
        refused(new, "main form", {"value": wrong})
    other = f"lain.{uuid4().hex[:10]}@example.id"
    new.go("/me/contact/email")
    send(new, "main form", {"value": other})
    new.check()
    refused(new, "main form:has([name=code])")
    send(new, "main form:has([name=code])", {"code": code_sent(new, other)})
    page.wait_for_url("**/me?saved=email")
    expect(page.locator("main")).to_contain_text(other)
    new.check()
    new.go("/oidc/end-session")
    new.check()
    new.go("/")
    send(new, "form[action='/sign-out']")
    new.check()
    new.go("/me")
    expect(page.locator("form[action='/oidc/sign-in']")).to_be_visible()


def test_another_application_is_allowed_and_the_permission_taken_back(visit: Visit) -> None:
    agus = visit()
    people.sign_in(agus, "agus")
    asked = {
        "response_type": "code",
        "client_id": "example-app",
        "redirect_uri": "http://127.0.0.1:49321/callback",
        "scope": "openid profile email",
        "state": "x",
        "prompt": "consent",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    agus.go(f"/oidc/authorize?{urlencode(asked)}")
    expect(agus.page.locator("h1")).to_contain_text("Aplikasi Contoh")
    agus.check()
    # Pressing the button would leave the mall, for an application that does not run here.
    transaction = agus.page.locator("[name=transaction]").get_attribute("value") or ""
    allow = {"transaction": transaction, "decision": "allow"}
    answer = agus.context.request.post("/oidc/consent", form=allow, max_redirects=0)
    assert "code=" in answer.headers["location"]
    agus.go("/me")
    expect(agus.page.locator("main")).to_contain_text("Aplikasi Contoh")
    agus.check()
    people.press(agus, "Cabut izin")
    expect(agus.page.locator("main")).to_contain_text("Izin sudah dicabut")
    expect(agus.page.locator("main")).not_to_contain_text("Aplikasi Contoh")
    agus.check()


def test_a_family_that_shares_a_phone_chooses_who_signs_in(visit: Visit) -> None:
    child = visit()
    child.go("/sign-in")
    people.press(child, "Daftar")
    serial = uuid4().int
    day, month = 1 + serial % 28, 1 + serial % 12
    person = {
        "nik": f"331402{day:02}{month:02}99{9001 + serial % 999}",
        "name": "Anak Keluarga",
        "birth_date": f"1999-{month:02}-{day:02}",
        "phone": "081200009002",
    }
    send(child, "form[action='/oidc/sign-up']", person)
    send(child, "main form", {"code": code_sent(child, "+6281200009002@sms.example.id")})
    child.context.clear_cookies()
    child.go("/sign-in?next=/me")
    send(child, "form[action='/oidc/sign-in']", {"identifier": "081200009002"})
    send(child, "main form", {"code": code_sent(child, "+6281200009002@sms.example.id")})
    expect(child.page.get_by_role("button", name="Budi Santoso")).to_be_visible()
    child.check()
    child.page.get_by_role("button", name="Anak Keluarga").first.click()
    child.page.wait_for_url("**/me")
    expect(child.page.locator("main")).to_contain_text("Anak Keluarga")


def test_what_a_citizen_leaves_out(visit: Visit, running_mall: RunningMall) -> None:
    siti = visit()
    people.sign_in(siti, files.NURSE)
    draft = f"/applications/{files.identifier(files.begun(running_mall))}"
    siti.go(f"{draft}/form/1")
    refused(siti, "main form:has([name=action])", button="[name=action][value=next]")
    siti.go(f"{draft}/papers")
    for content in ("", "not a picture"):
        photo = siti.page.locator("#paper-photo")
        if content:
            file = {"name": "photo.png", "mimeType": "image/png", "buffer": content.encode()}
            photo.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
        photo.locator("form:has([type=file])").evaluate("form => { form.noValidate = true }")
        photo.get_by_role("button", name="Unggah").click()
        expect(siti.page.locator("#error-summary")).to_be_visible()
        siti.check()
    siti.go(f"{draft}/review")
    refused(siti, "form[action$='/review']")

    returned = files.handed_in(running_mall)
    files.STATES["returned"](running_mall, returned)
    corrections = f"/applications/{files.identifier(returned)}/corrections"
    siti.go(f"{corrections}/1")
    refused(siti, "main form:has([name='practice-address'])", {"practice-address": "Jl"})
    siti.go(f"{corrections}/2")
    siti.page.get_by_role("button", name="Unggah").click()
    expect(siti.page.locator("#error-summary")).to_be_visible()
    siti.check()


def test_what_an_officer_leaves_out(visit: Visit, running_mall: RunningMall) -> None:
    filing = files.handed_in(running_mall)
    files.claim(running_mall, filing, "rina")
    rina = visit(size=DESKTOP)
    people.sign_in(rina, "rina", "/office")
    rina.go("/office/search?number=tidak-ada")
    expect(rina.page.locator("#error-summary")).to_be_visible()
    rina.check()
    file = f"/office/applications/{files.identifier(filing)}"
    rina.go(file)
    refused(rina, "#decision", button="[formaction$='/return']")
    rina.go(file)
    rina.page.locator("[id='item:requirement:photo']").check()
    refused(rina, "#decision", button="[formaction$='/return']")
    expect(rina.page.locator("[id='item:requirement:photo']")).to_be_checked()
    send(rina, "form[action$='/release']")
    expect(rina.page.locator("#told")).to_be_visible()
    rina.check()


def test_a_session_that_ended_in_the_middle_of_a_form(visit: Visit, running_mall: RunningMall) -> None:
    siti = visit()
    people.sign_in(siti, files.NURSE)
    siti.go(f"/applications/{files.identifier(files.begun(running_mall))}/form/3")
    people.answer_practice(siti, name="Klinik Lama")
    siti.context.clear_cookies()
    people.go_on(siti)
    expect(siti.page.locator("input[name='practice-name']")).to_have_value("Klinik Lama")
    siti.check()


DOORS: dict[str, tuple[str, Callable[[str], str], str]] = {
    # Who knocks, where, and what the page says then.
    "no such page": ("", lambda stranger: "/tidak-ada", "Halaman tidak ditemukan"),
    "a sign-in that was not begun here": ("", lambda stranger: "/callback?state=x&code=y", "Masuk"),
    "a sign-in page too old": ("", lambda stranger: "/oidc/sign-in?transaction=lama", "mulai lagi"),
    "a client nobody knows": ("", lambda stranger: "/oidc/authorize?client_id=tak-dikenal", ""),
    "somebody else's file": ("agus", lambda stranger: f"/applications/{stranger}", ""),
    "a citizen at the officers' door": ("agus", lambda stranger: "/office", ""),
    "an officer at the citizens' door": ("maya", lambda stranger: "/applications", ""),
    "an officer of another desk": ("suparno", lambda stranger: f"/office/applications/{stranger}", ""),
    "an empty desk": ("suparno", lambda stranger: "/office", "Tidak ada"),
}


@pytest.fixture(scope="module")
def strange(running_mall: RunningMall) -> str:
    return files.identifier(files.begun(running_mall))


@pytest.mark.parametrize("door", list(DOORS))
def test_a_door_that_stays_shut_says_what_to_do(visit: Visit, strange: str, door: str) -> None:
    account, address, said = DOORS[door]
    visitor = visit()
    if account:
        people.sign_in(visitor, account)
    visitor.go(address(strange))
    expect(visitor.page.locator("h1")).to_be_visible()
    expect(visitor.page.locator("main")).to_contain_text(said)
    assert visitor.page.locator("main a[href], main button").count(), "The page leads nowhere"
    visitor.check()
