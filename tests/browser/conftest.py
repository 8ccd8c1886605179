"""A Chromium a test file, an HTML checker a test process, and people who visit the running mall."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mpp_testing.browser import tools
from mpp_testing.browser.nu import NuChecker
from mpp_testing.browser.visitor import DESKTOP, LAUNCH, PHONE, Language, Visitor
from mpp_testing.malls import RunningMall
from playwright.sync_api import Browser, sync_playwright

from tests.browser import files


@dataclass(frozen=True)
class Look:
    """How pages are looked at."""

    language: Language
    dark: bool


@dataclass(frozen=True)
class Sitting:
    """Where people sit: at which window, and whether it runs scripts. `judged`: each page on the way is looked at."""

    size: tuple[int, int]
    javascript: bool
    judged: bool = True


# `make test` sees a sample, which MPP_BROWSER_SEED chooses; `make browser` (--every-state) sees everything.
SEED = os.environ.get("MPP_BROWSER_SEED", "20261124")
SOME_STATES = 3
# Each crawl is seen in one look, together in both languages and both colours; in all of them with --every-state.
LOOKS = {
    "look": [Look("en", True)],
    "signed_in_look": [Look("id", False)],
}
# Without scripts a page is the same document, and was judged at the phone: in the sample the way itself is the test.
SITTINGS = {"phone-scripts": Sitting(PHONE, True), "desktop-no-scripts": Sitting(DESKTOP, False, judged=False)}
EVERY_SITTING = {
    "phone-scripts": Sitting(PHONE, True),
    "phone-no-scripts": Sitting(PHONE, False),
    "desktop-scripts": Sitting(DESKTOP, True),
    "desktop-no-scripts": Sitting(DESKTOP, False),
}
EVERY_LOOK = [Look("id", False), Look("en", True), Look("id", True), Look("en", False)]

# Which files lie or lay on an officer's desk; those of None are whichever were chosen.
SEEN: dict[str, list[str] | None] = {"rina": None, "hendra": ["to be signed", "issued"]}
OWN_PAGES = frozenset({"returned", "to be signed", "issued"})

# Opens a window at the mall; what Visitor takes, it takes. Every window is closed and judged after the test.
Visit = Callable[..., Visitor]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = metafunc.config.getoption("--every-state")
    if "sitting" in metafunc.fixturenames:
        sittings = EVERY_SITTING if every else SITTINGS
        metafunc.parametrize("sitting", sittings.values(), ids=sittings.keys())
    if "account" in metafunc.fixturenames:
        accounts = sorted(SEEN)
        metafunc.parametrize("account", accounts if every else random.Random(SEED).sample(accounts, 1))
    for name, few in LOOKS.items():
        if name in metafunc.fixturenames:
            looks = EVERY_LOOK if every else few
            ids = [f"{look.language}-{'dark' if look.dark else 'light'}" for look in looks]
            metafunc.parametrize(name, looks, ids=ids)


@pytest.fixture(scope="session")
def of_a_kind(request: pytest.FixtureRequest) -> int:
    """How many pages of one kind a crawl looks at."""
    return 2 if request.config.getoption("--every-state") else 1


@pytest.fixture(scope="session")
def chosen_states(request: pytest.FixtureRequest) -> list[str]:
    """The states whose files a crawl looks at; those with pages of their own are always among them."""
    others = sorted(files.STATES.keys() - OWN_PAGES)
    every = request.config.getoption("--every-state")
    return sorted(OWN_PAGES) + (others if every else random.Random(SEED).sample(others, SOME_STATES))


@pytest.fixture(scope="session")
def nu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NuChecker]:
    with NuChecker(Path(tmp_path_factory.mktemp("nu")) / "nu.log") as checker:
        yield checker


# The loop of Playwright's driver runs as long as its browser is open, and no other loop can run beside it in this
# thread: hence one a file, closed before the next file's tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = tools.chromium()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=list(LAUNCH))


# The checker comes first: it gets ready while the mall starts.
@pytest.fixture
def visit(nu: NuChecker, running_mall: RunningMall, browser: Browser) -> Iterator[Visit]:
    with ExitStack() as windows:

        def open_window(**options: Any) -> Visitor:
            return windows.enter_context(closing(Visitor(browser, running_mall.url, nu, **options)))

        yield open_window
