"""A person at a browser, with somebody looking over the shoulder: whatever goes wrong on a page is written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response

from mpp_testing.browser import checks
from mpp_testing.browser.nu import NuChecker

PHONE = (360, 740)
NARROW = (320, 640)
DESKTOP = (1280, 800)
# A browser of tests talks to nobody but the mall: no updates, no field trials, no safe-browsing lists. Distributions
# ask for drawing by a graphics card; where there is none, emulating it is a third of all the work.
LAUNCH = (
    "--disable-gpu",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
    "--disable-domain-reliability", "--disable-features=OptimizationHints,MediaRouter,Translate", "--no-pings",
    "--metrics-recording-only", "--no-default-browser-check", "--no-first-run", "--no-sandbox",
    "--font-render-hinting=none",
)  # fmt: skip
LOCALES = {"id": "id-ID", "en": "en-GB"}
# Chromium's own line for an answer that is no success. Answers are judged by what they are, not by that line.
NOT_A_SUCCESS = "Failed to load resource: the server responded with a status of"
OFFLINE = ("Failed to load resource: net::", "net::ERR_")
# A page is as light as it is without the photos people handed in.
PHOTOS = ("image/jpeg", "image/png", "image/webp")
Language = Literal["id", "en"]


@dataclass
class Weight:
    """Bytes that travelled, by address: body and headers, as compressed as they came."""

    by_url: dict[str, int] = field(default_factory=dict)

    def of(self, urls: list[str]) -> int:
        """Bytes a first visit costs that asks for these addresses."""
        return sum(self.by_url.get(url, 0) for url in urls)


class Visitor:
    """A browser window of one person, whose page is watched.

    `page` is Playwright's. `faults` lists what went wrong so far: errors on the console, broken scripts, failed or
    foreign requests, answers 5xx, a missing style sheet or script. `close` fails when there is one, or when a page that
    was shown is not valid HTML.

    Args:
        browser: Where to open the window.
        url: The mall.
        nu: Who judges HTML.
        size: Width and height in CSS pixels.
        javascript: Whether scripts run.
        language: Which language the browser asks for.
        dark: Whether the person prefers a dark page.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        nu: NuChecker,
        *,
        size: tuple[int, int] = PHONE,
        javascript: bool = True,
        language: Language = "id",
        dark: bool = False,
    ) -> None:
        self.url = url
        self.javascript = javascript
        self.faults: list[str] = []
        self.weight = Weight()
        self.asked: list[str] = []
        self._nu = nu
        self._pages: dict[bytes, str] = {}
        self._calm = False
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            viewport={"width": size[0], "height": size[1]},
            locale=LOCALES[language],
            timezone_id="Asia/Jakarta",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=size[0] < DESKTOP[0],
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        """Write down what goes wrong on this page too."""
        # Not Playwright's own switch: with that one no checker could run in the page either.
        self._devtools = self.context.new_cdp_session(page)
        self._run_scripts(self.javascript)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._fault(f"broken script: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failed)
        page.on("requestfinished", self._on_finished)
        page.on("response", self._on_response)

    def go(self, path: str) -> Response:
        """Open an address of the mall; the answer of the page itself."""
        self.asked.clear()
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None, f"{path} gave no answer"
        return answer

    @contextmanager
    def expecting_trouble(self) -> Iterator[None]:
        """Failed requests and answers 5xx are what this is about; everything else still counts."""
        self._calm = True
        try:
            yield
        finally:
            # Let what is under way end inside.
            self.page.wait_for_timeout(100)
            self._calm = False

    def check(self, *, keyboard: bool = False) -> None:
        """Judge the page as it stands: accessibility and reflow; with `keyboard` also a walk with Tab.

        What is found counts among the faults, so that a test sees all of it at once.
        """
        self._run_scripts(True)
        found = checks.accessibility(self.page) + checks.reflow(self.page)
        found += checks.keyboard(self.page) if keyboard else []
        self._run_scripts(self.javascript)
        for what in found:
            self._fault(what)

    def close(self) -> None:
        """Close the window and judge what was seen."""
        self.context.close()
        invalid = [
            f"{url} is not valid HTML: {problem}"
            for content, url in self._pages.items()
            for problem in self._nu.problems(content)
        ]
        if told := [*self.faults, *invalid]:
            raise AssertionError("\n".join(["The visit did not go well:", *told]))

    def _run_scripts(self, run: bool) -> None:
        self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": not run})

    def _fault(self, what: str) -> None:
        self.faults.append(f"{urlsplit(self.page.url).path}: {what}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or message.text.startswith(NOT_A_SUCCESS):
            return
        if self._calm and message.text.startswith(OFFLINE):
            return
        self._fault(f"console {message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.asked.append(request.url)
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(f"{self.url}/"):
            self._fault(f"request to a stranger: {request.url}")

    def _on_failed(self, request: Request) -> None:
        # A navigation that became a download, or that a newer one overtook, is reported as aborted.
        if not self._calm and request.failure != "net::ERR_ABORTED":
            self._fault(f"failed request: {request.method} {request.url} {request.failure}")

    def _on_finished(self, request: Request) -> None:
        answer = request.response()
        if answer is None or 300 <= answer.status < 400:
            return
        if answer.headers.get("content-type") in PHOTOS:
            return
        sizes = request.sizes()
        self.weight.by_url.setdefault(request.url, sizes["responseBodySize"] + sizes["responseHeadersSize"])
        if request.resource_type == "document" and answer.headers.get("content-type", "").startswith("text/html"):
            self._pages.setdefault(self._body(answer), answer.url)

    def _body(self, answer: Response) -> bytes:
        try:
            return answer.body()
        except Error as error:
            # Chromium forgets a page that was left at once: it is asked for again.
            if "No resource with given identifier" not in str(error) or answer.request.method != "GET":
                raise
            return self.context.request.get(answer.url).body()

    def _on_response(self, answer: Response) -> None:
        kind = answer.request.resource_type
        part = kind not in ("document", "fetch", "xhr")
        if (answer.status >= 500 and not self._calm) or (answer.status >= 400 and part):
            self._fault(f"answer {answer.status}: {answer.request.method} {answer.url}")
