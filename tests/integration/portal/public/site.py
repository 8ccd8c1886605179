"""Somebody without a script who reads pages, and what is wrong with a page as such."""

from html.parser import HTMLParser

import httpx

VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What stands in a page: links, scripts, ids, tags, labels, hidden fields, text; tags must be closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.inline: list[str] = []
        self.labels: set[str] = set()
        self.inputs: list[str] = []
        self.hidden: dict[str, str] = {}
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.inline += [name for name in told if name.startswith("on") or name == "style"]
        self.links += [told[name] for name in ("href", "src", "action") if name in told]
        self.ids += [told["id"]] if "id" in told else []
        if tag == "script" and told.get("type") == "application/ld+json":
            self.tags.remove("script")  # data, which no browser runs
        elif tag == "script":
            self.scripts.append(told.get("src", ""))
        if tag == "label":
            self.labels.add(told["for"])
        if tag == "input" and told.get("type") == "hidden":
            self.hidden[told["name"]] = told["value"]
        elif tag in ("input", "select", "textarea"):
            self.inputs.append(told["id"])
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


class Browser:
    """A browser at a mall: keeps cookies, follows redirects where asked to."""

    def __init__(self, url: str, language: str = "id") -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=30, headers={"accept-language": language})

    def get(self, path: str, *, status: int = 200, **more: str) -> Page:
        answer = self.http.get(path, follow_redirects=True, headers=more)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return Page(answer.text)

    def sign_in(self, account: str, to: str) -> httpx.Response:
        """Where a demonstration account's sign-in ends."""
        page = self.get(f"/sign-in?next={to}")
        data = {"transaction": page.hidden["transaction"], "account": account}
        return self.http.post("/oidc/sign-in/demo", data=data, follow_redirects=True)
