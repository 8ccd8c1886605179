"""Signing in and out of the portal on a real mall, and what becomes of a form when the session has ended meanwhile."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from mpp_testing.malls import RunningMall

from tests.integration.portal.public.site import Browser, Page


@pytest.fixture
def browser(running_mall: RunningMall) -> Browser:
    return Browser(running_mall.url)


def test_somebody_signs_in_comes_back_to_the_page_and_signs_out_everywhere(browser: Browser) -> None:
    answer = browser.sign_in("siti", "/help?x=1")
    assert (answer.status_code, answer.url.raw_path) == (200, b"/help?x=1")
    assert "Keluar" in Page(answer.text).text
    cookie = browser.http.cookies["mpp_session"]
    assert len(cookie) < 3000
    assert "Siti" not in cookie
    out = browser.http.post("/sign-out", data={"out": "yes"}, follow_redirects=True)
    assert (out.status_code, out.url.path) == (200, "/")
    assert "mpp_session" not in browser.http.cookies
    # The provider's own session ended too: it asks who it is.
    assert "transaction" in browser.get("/sign-in?next=/").hidden


def test_an_officer_lands_at_the_office(browser: Browser) -> None:
    assert browser.sign_in("rina", "/").url.path == "/office"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "%09//evil.example"])
def test_nobody_is_led_to_another_site(browser: Browser, to: str) -> None:
    answer = browser.sign_in("siti", to)
    assert str(answer.url) == f"{browser.url}/"


def test_a_sign_in_is_finished_by_the_browser_that_began_it_and_once(
    browser: Browser, running_mall: RunningMall
) -> None:
    page = browser.get("/sign-in?next=/help")
    data = {"transaction": page.hidden["transaction"], "account": "siti"}
    back = browser.http.post("/oidc/sign-in/demo", data=data).headers["location"]
    stranger = Browser(running_mall.url)
    assert "belum selesai" in stranger.get(back, status=400).text
    assert "mpp_session" not in stranger.http.cookies
    assert browser.http.get(back).headers["location"] == "/help"
    assert "belum selesai" in browser.get(back, status=400).text, "a code is good once"
    assert parse_qs(urlsplit(back).query).keys() == {"code", "state", "iss"}


def test_two_tabs_may_sign_in_at_once(browser: Browser) -> None:
    tabs = [browser.get(f"/sign-in?next={to}").hidden["transaction"] for to in ("/help", "/about")]
    for transaction, to in zip(tabs, ("/help", "/about"), strict=True):
        data = {"transaction": transaction, "account": "siti"}
        back = browser.http.post("/oidc/sign-in/demo", data=data).headers["location"]
        assert browser.http.get(back).headers["location"] == to


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_form_of_another_site_does_nothing(browser: Browser, headers: dict[str, str]) -> None:
    browser.sign_in("siti", "/help")
    for path in ("/sign-out", "/track", "/verify"):
        answer = browser.http.post(path, data={"out": "yes"}, headers=headers)
        assert answer.status_code == 403, path
    assert "mpp_session" in browser.http.cookies


def test_a_page_that_needs_a_sign_in_leads_there_and_back(browser: Browser) -> None:
    answer = browser.http.get("/applications?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fapplications%3Fx%3D1")
    scripted = browser.http.get(
        "/applications", headers={"hx-request": "true", "hx-current-url": f"{browser.url}/applications?page=2"}
    )
    assert (scripted.status_code, scripted.text) == (401, "")
    assert scripted.headers["hx-redirect"] == "/sign-in?next=%2Fapplications%3Fpage%3D2"


def test_what_was_typed_is_still_there_when_the_session_has_ended(browser: Browser) -> None:
    typed = {"name": 'Siti "R" <b>', "note": "two\nlines", "many": ["1", "2"]}
    answer = browser.http.post("/me/contact/email?step=1", data=typed)
    page = Page(answer.text)
    assert answer.status_code == 401
    assert page.hidden["name"] == 'Siti "R" <b>'
    assert page.hidden["note"] == "two\nlines"
    assert re.findall(r'name="many" value="(\d)"', answer.text) == ["1", "2"]
    assert "/me/contact/email?step=1" in page.links
    assert "<b>" not in answer.text.replace('"<b>', "")
    upload = browser.http.post(
        "/me/contact/email", data={"a": "1"}, files={"file": ("x.pdf", b"%PDF", "application/pdf")}
    )
    assert "Berkas yang Anda pilih tidak ikut tersimpan" in Page(upload.text).text


def test_a_broken_cookie_is_no_session(running_mall: RunningMall) -> None:
    for cookie in ("x", "a.b.c.d.e", "é" * 10):
        answer = httpx.get(f"{running_mall.url}/applications", headers={"cookie": f"mpp_session={cookie}".encode()})
        assert answer.status_code == 303
