"""What is checked on a page as it stands: axe's rules, and what axe cannot see."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from mpp_testing.browser import tools

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
REFLOW_WIDTH = 320
# Twice the text in half the width: what a desktop of 1,280 pixels shows at a zoom of 200 %, and large text on top.
ZOOMED_WIDTH = 640


@cache
def _script() -> str:
    return tools.checker(tools.AXE).read_text() + (files("mpp_testing.browser") / "checks.js").read_text()


def _ask(page: Page, call: str, argument: Any = None) -> Any:
    if not page.evaluate("() => 'mppChecks' in window"):
        page.evaluate(_script())
    return page.evaluate(f"argument => mppChecks.{call}(argument)", argument)


def accessibility(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA and of axe's best practices."""
    found: list[str] = _ask(page, "axe", list(TAGS))
    return found


def reflow(page: Page) -> list[str]:
    """What does not fit 320 CSS pixels, plain and with a reader's own text spacing, or a zoomed window's large text."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": REFLOW_WIDTH, "height": size["height"]})
    told = [f"too wide at {REFLOW_WIDTH} px: {what}" for what in _ask(page, "tooWide")]
    _ask(page, "setSpacing", True)
    told += [f"too wide at {REFLOW_WIDTH} px with wide text spacing: {what}" for what in _ask(page, "tooWide")]
    told += [f"cut off with wide text spacing: {what}" for what in _ask(page, "cutOff")]
    _ask(page, "setSpacing", False)
    page.set_viewport_size({"width": ZOOMED_WIDTH, "height": size["height"]})
    _ask(page, "setTextSize", "200%")
    told += [f"too wide with text twice as large: {what}" for what in _ask(page, "tooWide")]
    _ask(page, "setTextSize", "")
    page.set_viewport_size(size)
    return told


def keyboard(page: Page) -> list[str]:
    """Walks with Tab: each control is reached, shows that it has the focus, is not hidden then, and lets go."""
    expected: int = _ask(page, "startWalk")
    told: list[str] = []
    reached: set[int] = set()
    last = None
    # A date has a stop for its day, month, year and calendar: the same control four times on end.
    for _ in range(4 * expected + 10):
        page.keyboard.press("Tab")
        focused = _ask(page, "focused")
        if focused is None or (focused["number"] in reached and focused["number"] != last):
            break
        if focused["number"] == last:
            continue
        last = focused["number"]
        reached.add(focused["number"])
        if not focused["ring"]:
            told.append(f"no visible focus: {focused['what']}")
        if focused["hidden"]:
            told.append(f"hidden while it has the focus: {focused['what']}")
    if len(reached) != expected:
        told.append(f"Tab reaches {len(reached)} controls of {expected}")
    return told
