"""An officer's browser without a script: reads pages, ticks, writes, presses buttons."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


@dataclass
class Form:
    """A form, with the fields that name it from elsewhere on the page. `buttons`: label to (name, value, action)."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    boxes: dict[str, tuple[str, str]] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return dict(self.values)[name]


class Page(HTMLParser):
    """What stands on a page. `rows` are the texts of table rows and answers; `links` label to address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.text = html, ""
        self.links: dict[str, str] = {}
        self.pictures: list[str] = []
        self.rows: list[str] = []
        self.ids: list[str] = []
        self.by_id: dict[str, Form] = {}
        self.forms: list[Form] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._caught: dict[int, str] = {}
        self._unnamed = self._form = Form("", "")
        self._select = ""
        self._picked: str | None = None
        self._late: list[tuple[str, str, str, dict[str, str]]] = []
        self.feed(html)
        self.close()
        assert not self._open, f"not closed: {self._open}"
        assert len(self.ids) == len(set(self.ids)), "an id twice"
        for kind, form, label, told in self._late:
            self._put(self.by_id[form] if form else self._unnamed, kind, label, told)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "form":
            self._form = Form(told["action"], told["method"])
            self.forms.append(self._form)
            self.by_id[told.get("id", "")] = self._form
        if tag == "img":
            self.pictures.append(told["src"])
        if tag == "input":
            self._field(tag, "", told)
        if tag == "select":
            self._select, self._picked = told["name"], None
        if tag == "option" and ("selected" in told or self._picked is None):
            self._picked = told["value"]
        if tag not in VOID:
            self._open.append((tag, told))
            self._caught[len(self._open)] = ""

    def handle_endtag(self, tag: str) -> None:
        depth = len(self._open)
        opened, told = self._open.pop()
        assert opened == tag, f"{opened} closed by {tag}"
        caught = self._caught.pop(depth)
        said = " ".join(caught.split())
        if tag == "a":
            self.links[said] = told["href"]
        if tag == "tr" or told.get("class") == "answer":
            self.rows.append(said)
        if tag == "select":
            self._form.values.append((self._select, self._picked or ""))
        if tag == "textarea":
            self._field(tag, caught.removeprefix("\n"), told)
        if tag == "button" and "disabled" not in told:
            self._field(tag, said, told)
        if tag == "form":
            self._form = self._unnamed

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"
        for depth in self._caught:
            self._caught[depth] += data

    def _field(self, kind: str, label: str, told: dict[str, str]) -> None:
        if "form" in told:  # the form may stand further down
            self._late.append((kind, told["form"], label, told))
        else:
            self._put(self._form, kind, label, told)

    def _put(self, form: Form, kind: str, label: str, told: dict[str, str]) -> None:
        name, value = told.get("name", ""), told.get("value", "")
        if kind == "button":
            form.buttons[label] = (name, value, told.get("formaction", form.action))
        elif kind == "textarea":
            form.values.append((name, label))
        elif told.get("type") == "checkbox":
            form.boxes[value] = (name, told["id"])
            if "checked" in told:
                form.values.append((name, value))
        else:
            form.values.append((name, value))

    def row(self, words: str) -> str:
        """The first row with these words."""
        return next(row for row in self.rows if words in row)

    @property
    def summary(self) -> str:
        """What the summary of errors at the top says."""
        found = re.search(r'id="error-summary".*?</ul>', self.html, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()[1:]) if found else ""


class OfficerBrowser:
    """Redirects are followed; `status` and `path` are of where they end."""

    def __init__(self, url: str, account: str = "", language: str = "id") -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=url, timeout=60, follow_redirects=True, trust_env=False, headers={"accept-language": language}
        )
        self.status, self.path, self.page = 0, "", Page("")
        if account:
            asked = self.http.get("/sign-in", params={"next": "/office"})
            form = {"transaction": parse_qs(urlsplit(str(asked.url)).query)["transaction"][0], "account": account}
            self._show(self.http.post("/oidc/sign-in/demo", data=form, headers={"origin": url}))
            assert self.path == "/office", self.page.text

    def go(self, path: str) -> Page:
        return self._show(self.http.get(path))

    def press(self, label: str, tick: tuple[str, ...] = (), of: str = "", **typed: str) -> Page:
        """Presses the button of that label, in the form whose address has `of`, after ticking boxes and writing."""
        found = [form for form in self.page.forms if label in form.buttons and of in form.buttons[label][2]]
        assert found, f"no button {label!r}: {[list(form.buttons) for form in self.page.forms]}"
        return self.send(found[0], label, tick, {name.replace("__", ":", 1): text for name, text in typed.items()})

    def send(self, form: Form, label: str, tick: tuple[str, ...] = (), typed: dict[str, str] | None = None) -> Page:
        """The same with a form that was seen earlier."""
        unknown = (typed or {}).keys() - {name for name, _ in form.values}
        assert not unknown, f"the form has no {unknown}"
        sent = [(name, (typed or {}).get(name, value)) for name, value in form.values]
        sent += [(form.boxes[value][0], value) for value in tick]
        name, value, action = form.buttons[label]
        if name:
            sent.append((name, value))
        headers = {"origin": self.url, "content-type": "application/x-www-form-urlencoded"}
        if form.method == "get":
            return self._show(self.http.get(action, params=sent))
        return self._show(self.http.post(action, content=urlencode(sent), headers=headers))

    def _show(self, answer: httpx.Response) -> Page:
        self.status, self.path, self.answer = answer.status_code, answer.url.path, answer
        self.page = Page(answer.text if answer.headers["content-type"].startswith("text/html") else "")
        return self.page
