"""The watch itself: each kind of fault, put into a page on purpose, is seen. What cannot fail checks nothing."""

from contextlib import closing

import pytest
from mpp_testing.browser.nu import NuChecker
from mpp_testing.browser.visitor import Visitor
from mpp_testing.malls import RunningMall
from playwright.sync_api import Browser, Route

PAGE = """<!DOCTYPE html><html lang="id"><head><title>Uji</title><meta name="viewport" content="width=device-width">
<style>a, button {{ display: inline-block; padding: 8px }}</style>{head}</head>
<body><main><h1>Uji</h1>{body}</main></body></html>"""
STRICT = "default-src 'self'; style-src 'self' 'unsafe-inline'"
SMALL = "<button style='padding:0;border:0;width:9px;height:9px'>a</button>"
COVER = "<div style='position:fixed;inset:0;background:#fff'></div>"
HELD = "<a href='#a' onkeydown='event.preventDefault()'>satu</a><a href='#b'>dua</a>"
# Name: what stands in the head, what in the body, and what must be told.
FAULTS = {
    "console error": ("", "<script>console.error('rusak')</script>", "console error: rusak"),
    "broken script": ("", "<script>throw new Error('rusak')</script>", "broken script: rusak"),
    "stranger": ('<link rel="stylesheet" href="http://127.0.0.2:9/x.css">', "", "request to a stranger"),
    "missing part": ('<link rel="stylesheet" href="/missing.css">', "", "answer 404: GET"),
    "server error": ("", "<script>fetch('/server-error')</script>", "answer 500: GET"),
    "failed request": ("", "<img src='/cut-off' alt=''>", "failed request: GET"),
    "no contrast": ("", '<p style="color:#bbb;background:#fff">pucat</p>', "color-contrast"),
    "no label": ("", "<form><input name='x'></form>", "label ("),
    "small target": ("", SMALL * 3, "target-size"),
    "too wide": ("", "<div style='width:400px'>lebar</div>", "too wide at 320 px: div"),
    "too wide when spaced": ("", f"<div style='white-space:nowrap'>{'kata lagi ' * 4}</div>", "wide text spacing"),
    "too wide when large": ("", "<div style='width:25rem;max-width:calc(100vw + 300px)'>x</div>", "twice as large"),
    "cut off when spaced": ("", f"<p style='height:1.2em;overflow:hidden'>{'kata lagi ' * 3}</p>", "cut off"),
    "no focus ring": ("<style>a:focus { outline: none }</style>", "<a href='#a'>satu</a>", "no visible focus"),
    "covered focus": ("", f"<a href='#a'>satu</a>{COVER}", "hidden while it has the focus"),
    "trap": ("", HELD, "Tab reaches 1 controls of 2"),
    "not valid": ("", "<p><div>salah</div></p>", "is not valid HTML: line"),
}


class Maker:
    """Shows pages made for a test where the mall would answer, and judges them."""

    def __init__(self, browser: Browser, mall: RunningMall, nu: NuChecker) -> None:
        self._browser, self._url, self._nu = browser, mall.url, nu

    def judge(self, *, head: str = "", body: str = "", policy: str = "") -> None:
        def answer(route: Route) -> None:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
            route.fulfill(status=200, headers=headers, body=PAGE.format(head=head, body=body))

        with closing(Visitor(self._browser, self._url, self._nu)) as visitor:
            visitor.context.route("**/made-for-the-test", answer)
            visitor.context.route("**/missing.css", lambda route: route.fulfill(status=404, content_type="text/css"))
            visitor.context.route("**/server-error", lambda route: route.fulfill(status=500))
            visitor.context.route("**/cut-off", lambda route: route.abort("connectionreset"))
            visitor.context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
            visitor.go("/made-for-the-test")
            visitor.check(keyboard=True)


@pytest.fixture
def maker(browser: Browser, running_mall: RunningMall, nu: NuChecker) -> Maker:
    return Maker(browser, running_mall, nu)


def test_a_good_page_has_no_fault(maker: Maker) -> None:
    maker.judge(body="<p>Baik. <a href='#a'>Lanjut</a></p><p id='a'>Ada.</p>")


@pytest.mark.parametrize("kind", list(FAULTS))
def test_each_fault_is_seen(maker: Maker, kind: str) -> None:
    head, body, told = FAULTS[kind]
    with pytest.raises(AssertionError, match="The visit did not go well") as raised:
        maker.judge(head=head, body=body)
    assert told in str(raised.value)


def test_what_the_policy_forbids_is_seen(maker: Maker) -> None:
    with pytest.raises(AssertionError, match="Content Security Policy"):
        maker.judge(body="<script>window.inline = 1</script>", policy=STRICT)
