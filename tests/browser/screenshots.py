"""Pictures of the main pages at two widths, for docs/screenshots: `make screenshots`.

A mall of its own is started, one application is handed in and looked at from both sides, one definition is drafted.
Someone looks at each picture before it is committed.
"""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mpp_testing.browser import tools
from mpp_testing.browser.nu import NuChecker
from mpp_testing.browser.visitor import DESKTOP, LAUNCH, PHONE, Visitor
from mpp_testing.malls import new_mall
from playwright.sync_api import sync_playwright

from tests.browser import files, people

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
OFFERING = "/malls/33.14/services/sip-perawat"


SECTIONS = ("names", "requirements", "form", "fees", "workflow")
ACCOUNTS = ("", "siti", "rina", "operator")


def pages(application: str, draft: str) -> list[tuple[str, str, str]]:
    """(name, whose, address) of every picture."""
    drafted = f"/office/definitions/drafts/{draft}"
    return [
        ("home", "", "/"),
        ("search", "", "/services?q=perawat"),
        ("life-event", "", "/services?q=bayi+lahir"),
        ("public-service", "", OFFERING),
        ("public-service-changed", "", "/malls/33.15/services/sip-perawat"),
        ("public-service-elsewhere", "", "/malls/33.14/services/sim"),
        ("public-service-versions", "", "/services/sip-perawat/versions"),
        ("track", "", "/track"),
        ("verify", "", "/verify"),
        ("help", "", "/help"),
        ("apply", "siti", people.APPLY),
        ("my-applications", "siti", "/applications"),
        ("application", "siti", f"/applications/{application}"),
        ("inbox", "siti", "/inbox"),
        ("desk", "rina", "/office"),
        ("file", "rina", f"/office/applications/{application}"),
        ("definitions", "operator", "/office/definitions"),
        ("draft", "operator", drafted),
        *((f"draft-{section}", "operator", f"{drafted}/{section}") for section in SECTIONS),
        ("draft-preview", "operator", f"{drafted}/preview?mall=33.14"),
        ("draft-differences", "operator", f"{drafted}/differences"),
        ("versions", "operator", "/office/definitions/sip-perawat/versions"),
        ("retirement", "operator", "/office/definitions/sip-perawat/versions/2026.1/retirement"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go (default: docs/screenshots)")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="mpp-screenshots-"))
    scratch.chmod(0o755)
    print("Starting a mall ...", flush=True)
    with (
        NuChecker(scratch / "nu.log") as nu,
        new_mall(scratch / "mall") as mall,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=list(LAUNCH))

        def window(account: str, size: tuple[int, int]) -> Visitor:
            visitor = Visitor(browser, mall.url, nu, size=size)
            if account:
                people.sign_in(visitor, account)
            return visitor

        application, draft = _applied(window), files.drafted(mall)
        for width, size in (("phone", PHONE), ("desktop", DESKTOP)):
            for account in ACCOUNTS:
                with closing(window(account, size)) as visitor:
                    for name, whose, address in pages(application, draft):
                        if whose == account:
                            visitor.go(address)
                            visitor.page.screenshot(path=folder / f"{name}-{width}.png")
                            print(f"  {name}-{width}.png", flush=True)


def _applied(window: Callable[[str, tuple[int, int]], Visitor]) -> str:
    """An application that is handed in, and that an officer has in hand; its id."""
    with closing(window("siti", PHONE)) as siti:
        application = people.apply(siti)
    with closing(window("rina", DESKTOP)) as rina:
        people.claim(rina, application)
    return application


if __name__ == "__main__":
    main()
