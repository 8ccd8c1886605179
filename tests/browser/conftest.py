"""A Chromium a test file, an HTML checker a test process, and people who visit the running mall."""

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


@dataclass(frozen=True)
class Look:
    """How pages are looked at."""

    language: Language
    dark: bool


@dataclass(frozen=True)
class Sitting:
    """Where people sit: at which window, and whether it runs scripts."""

    size: tuple[int, int]
    javascript: bool


# Each crawl is seen in one look, together in both languages and both colours; in all of them with --every-state.
LOOKS = {
    "look": [Look("en", True)],
    "signed_in_look": [Look("id", False)],
}
SITTINGS = {"phone-scripts": Sitting(PHONE, True), "desktop-no-scripts": Sitting(DESKTOP, False)}
EVERY_SITTING = SITTINGS | {"phone-no-scripts": Sitting(PHONE, False), "desktop-scripts": Sitting(DESKTOP, True)}
EVERY_LOOK = [Look("id", False), Look("en", True), Look("id", True), Look("en", False)]

# Opens a window at the mall; what Visitor takes, it takes. Every window is closed and judged after the test.
Visit = Callable[..., Visitor]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = metafunc.config.getoption("--every-state")
    if "sitting" in metafunc.fixturenames:
        sittings = EVERY_SITTING if every else SITTINGS
        metafunc.parametrize("sitting", sittings.values(), ids=sittings.keys())
    for name, few in LOOKS.items():
        if name in metafunc.fixturenames:
            looks = EVERY_LOOK if every else few
            ids = [f"{look.language}-{'dark' if look.dark else 'light'}" for look in looks]
            metafunc.parametrize(name, looks, ids=ids)


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
