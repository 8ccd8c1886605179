"""Follows every link and every searching form from a first page, as one person, and judges each page on the way."""

import re
from collections import Counter, deque
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from mpp_testing.browser.visitor import Visitor
from playwright.sync_api import Error

WEIGHT_LIMIT = 100_000
# Of more pages of a kind than are looked at is asked only whether they are there.
ASKED_OF_A_KIND = 12
ENOUGH = 150
# Public services, ids, names of mails, numbers, codes of documents; pages made from a list, each as long as a book.
VARIABLE = re.compile(
    r"(?<=^/agencies/)[a-z-]+$|(?<=/services/)[a-z0-9-]+$|(?<=^/apply/\d\d\.\d\d/)[a-z0-9-]+|"
    r"(?<=^/developers/api/)[a-z]+$|(?<=^/developers/protos/).+$|"
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[0-9a-f]{24}(?=/|$)|(?<=/)[\d.]+(?=/|$)|(?<=/)[A-Z0-9]{4}(?:-[A-Z0-9]{4})+(?=/|$)"
)
# Machines read these, or they are people's own files: that they answer is all a crawl can say.
NOT_PAGES = re.compile(
    r"^/(?:api|static|\.well-known)/|\.(?:txt|ics|pdf|png|svg|json|yaml|proto)$|/(?:documents|papers|preview)/[^/]+$"
)
SEARCHED = "perawat"

_LINKS = """() => [...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href"))"""
_FORMS = """() => [...document.querySelectorAll("form")].filter(f => f.method === "get").map(f =>
  [f.getAttribute("action") ?? "", [...f.elements].filter(e => e.name && (e.type !== "radio" || e.checked))
    .map(e => [e.name, e.value, e.type])])"""
_IDS = """() => [...document.querySelectorAll("[id]")].map(e => e.id)"""


@dataclass(frozen=True)
class Seen:
    """A page as it was found."""

    kind: str
    title: str
    weight: int


class Crawl:
    """One person's walk through the mall.

    `pages` has what was seen by address; `faults` what was wrong, beside what the visitor wrote down itself.

    Args:
        visitor: Who walks, signed in or not.
        language: Which language every page must be in.
        within: Only pages below these addresses are opened; links to others need only lead somewhere.
        of_a_kind: How many pages of one kind are looked at. A second shows whether the first was an exception.
    """

    def __init__(self, visitor: Visitor, language: str, *, of_a_kind: int, within: tuple[str, ...] = ("/",)) -> None:
        self.pages: dict[str, Seen] = {}
        self.faults: list[str] = []
        self._visitor = visitor
        self._language = language
        self._within = within
        self._of_a_kind = of_a_kind
        self._kinds: Counter[str] = Counter()
        self._waiting: deque[tuple[str, str, bool]] = deque()
        self._asked: set[str] = set()
        self._known: set[str] = set()

    def run(self, *first: str) -> None:
        """Walk from these addresses until nothing new is found."""
        for path in first:
            self._known.add(path)
            self._waiting.append((path, "the start", True))
        while self._waiting and len(self.pages) < ENOUGH:
            path, source, looked_at = self._waiting.popleft()
            if not looked_at or NOT_PAGES.search(urlsplit(path).path) or not path.startswith(self._within):
                self._ask(path, source)
            else:
                self._open(path, source)
        titles: dict[str, str] = {}
        for address, page in self.pages.items():
            if address in self._asked:
                continue  # the form's own page, with an answer below it
            if titles.setdefault(page.title, page.kind) != page.kind:
                self.faults.append(f"{address}: has the title of another page: {page.title}")

    def _found(self, link: str, source: str) -> None:
        parts = urlsplit(urljoin(urljoin(self._visitor.url, source), link))
        if parts.scheme in ("mailto", "tel"):
            return
        if f"{parts.scheme}://{parts.netloc}" != self._visitor.url:
            if parts.scheme != "https":
                self.faults.append(f"{source}: links to {link}, which is neither ours nor https")
            return
        query = [pair for pair in parts.query.split("&") if pair and not pair.startswith("lang=")]
        path = urlunsplit(("", "", parts.path, "&".join(query), ""))
        kind = kind_of(path)
        if path not in self._known and self._kinds[kind] < ASKED_OF_A_KIND:
            self._known.add(path)
            self._kinds[kind] += 1
            self._waiting.append((path, source, self._kinds[kind] <= self._of_a_kind))

    def _ask(self, path: str, source: str) -> None:
        answer = self._visitor.context.request.get(path)
        if answer.status >= 400:
            self.faults.append(f"{path}: answers {answer.status}, linked from {source}")

    def _open(self, path: str, source: str) -> None:
        page = self._visitor.page
        try:
            answer = self._visitor.go(path)
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            self._ask(path, source)
            return
        # What was typed into a form may be refused in words; a link may not lead nowhere.
        if answer.status >= (500 if path in self._asked else 400):
            self.faults.append(f"{path}: answers {answer.status}, linked from {source}")
            return
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return
        self._visitor.check()
        if answer.status >= 400:
            return
        here = urlsplit(page.url)
        self._judge(path, source)
        ids = set(page.evaluate(_IDS))
        for link in page.evaluate(_LINKS):
            if link.startswith("#"):
                if link[1:] not in ids:
                    self.faults.append(f"{path}: nothing on the page is called {link}")
            else:
                self._found(link, here.path)
        for action, fields in page.evaluate(_FORMS):
            filled = [(name, value or (SEARCHED if kind in ("search", "text") else "")) for name, value, kind in fields]
            asked = f"{action or here.path}?{urlencode(filled)}"
            self._asked.add(asked)
            self._found(asked, here.path)

    def _judge(self, path: str, source: str) -> None:
        page = self._visitor.page
        weight = self._visitor.weight.of(self._visitor.asked)
        self.pages[path] = Seen(kind_of(urlsplit(page.url).path), page.title(), weight)
        if weight > WEIGHT_LIMIT:
            self.faults.append(f"{path}: weighs {weight} bytes")
        if (language := page.locator("html").get_attribute("lang")) != self._language:
            self.faults.append(f"{path}: is in {language}, linked from {source}")


def kind_of(path: str) -> str:
    """The address without what differs between things of a kind: ids, numbers, codes, values of a query."""
    parts = urlsplit(path)
    names = sorted(pair.split("=")[0] for pair in parts.query.split("&") if pair)
    return VARIABLE.sub("{}", parts.path) + ("?" + "&".join(names) if names else "")
