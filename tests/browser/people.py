"""What people do on the pages, each step as a person would: reading, typing, pressing; with scripts and without."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from mpp_cli.demo.papers import picture
from mpp_testing.browser.visitor import Visitor
from playwright.sync_api import expect

APPLY = "/apply/33.14/sip-perawat"
ADDRESS = "Jalan Demonstrasi Nomor 1, Kabupaten Sragen"
LICENCE = "STR-PRW-0331-2201"
PAPERS = ("photo", "identity-card", "place-letter")
ID = re.compile(r"/applications/([0-9a-f-]{36})")
WAIT_SECONDS = 60.0


def sign_in(visitor: Visitor, account: str, then: str = "/") -> None:
    """Sign in as a person of the demonstration and go on to an address."""
    visitor.go(f"/sign-in?next={then}")
    visitor.page.locator(f"button[name=account][value={account}]").click()
    visitor.page.wait_for_url(lambda url: "/oidc/" not in url and "/callback" not in url)


def press(visitor: Visitor, text: str) -> None:
    """Press the button or follow the link that says this, and wait for the page it leads to."""
    named = re.compile(rf"^{re.escape(text)}")
    page = visitor.page
    page.get_by_role("button", name=named).or_(page.get_by_role("link", name=named)).first.click()
    page.wait_for_load_state("load")


def application_id(visitor: Visitor) -> str:
    """The application the page is about."""
    found = ID.search(visitor.page.url)
    assert found, visitor.page.url
    return found[1]


def begin(visitor: Visitor) -> str:
    """Start a new application; its id. The first question is shown."""
    visitor.go(APPLY)
    visitor.page.locator("form[data-submit-once] button").click()
    visitor.page.wait_for_url("**/form/1")
    return application_id(visitor)


def go_on(visitor: Visitor) -> None:
    """Save the step and go to the next."""
    visitor.page.locator("button[name=action][value=next]").click()
    visitor.page.wait_for_load_state("load")


def answer_practice(visitor: Visitor, name: str = "Klinik Sehat Demonstrasi", address: str = ADDRESS) -> None:
    """The questions about the place of practice."""
    page = visitor.page
    page.locator("input[name=practice-kind][value=facility]").check()
    page.locator("input[name=practice-ordinal]").fill("1")
    page.locator("[name=practice-name]").fill(name)
    page.locator("[name=practice-address]").fill(address)


def fill_in(visitor: Visitor) -> None:
    """All questions, as shown at the first step."""
    visitor.page.locator("input[name=sub_type][value=new]").check()
    go_on(visitor)
    expect(visitor.page.locator("[name=licence-number]")).to_have_value(LICENCE)
    go_on(visitor)
    answer_practice(visitor)
    go_on(visitor)
    visitor.page.wait_for_url("**/papers")


def hand_over_paper(visitor: Visitor, paper: str, content: bytes | None = None) -> None:
    """Choose a file for a paper and send it."""
    file = {"name": f"{paper}.png", "mimeType": "image/png", "buffer": content or picture()}
    section = visitor.page.locator(f"#paper-{paper}")
    section.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    section.get_by_role("button", name="Unggah").click()
    expect(visitor.page.locator(f"#paper-{paper} .file-list")).to_contain_text(f"{paper}.png")


def hand_in(visitor: Visitor) -> None:
    """Review, declare, hand in; the receipt is shown."""
    visitor.go(f"/applications/{application_id(visitor)}/review")
    visitor.page.locator("input[name=declaration]").check()
    visitor.page.locator("form[action$='/review'] button").first.click()
    visitor.page.wait_for_url("**/receipt")


def apply(visitor: Visitor) -> str:
    """A whole application, from the first page to the receipt; its id."""
    application = begin(visitor)
    fill_in(visitor)
    for paper in PAPERS:
        hand_over_paper(visitor, paper)
    hand_in(visitor)
    return application


def claim(officer: Visitor, application: str) -> None:
    """Open a file of the desk and take it."""
    page = officer.page
    officer.go(f"/office/applications/{application}")
    page.locator("form[action$='/claim'] button").click()
    page.wait_for_url(f"**/office/applications/{application}**")
    expect(page.locator("#decision")).to_be_attached()


def wait_until(visitor: Visitor, path: str, text: str) -> None:
    """Look again until the page says this; the mall moves by itself."""
    end = time.monotonic() + WAIT_SECONDS
    while text not in visitor.page.locator("main").inner_text():
        assert time.monotonic() < end, f"{path} never said: {text}"
        visitor.page.wait_for_timeout(400)
        visitor.go(path)


def downloaded(visitor: Visitor, follow: Callable[[], None]) -> bytes:
    """What a link gives when it is followed."""
    with visitor.page.expect_download() as got:
        follow()
    return Path(got.value.path()).read_bytes()
