"""Somebody with a browser without scripts: reads pages, fills in their forms, presses their buttons."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import httpx

_TRANSACTION = re.compile(r"transaction=([^&\"]+)")
_VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


class Form:
    """A form of a page: where it goes, and what stands in it."""

    def __init__(self, action: str, method: str, encoding: str) -> None:
        self.action, self.method, self.encoding = action, method, encoding
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[dict[str, str]] = []
        self.names: list[str] = []

    def __getitem__(self, name: str) -> str:
        return dict(self.fields)[name]


class Page(HTMLParser):
    """What a page says. Attributes: text, links (text → address), forms, ids, errors, title, heading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.text, self.heading = html, "", ""
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._link = self._area = ""
        self._form: Form | None = None
        self.feed(html)
        self.close()
        assert self._open == [], f"not closed: {self._open}"
        assert len(self.ids) == len(set(self.ids)), "an id twice"
        self.text = re.sub(r"\s+", " ", self.text).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "form":
            self._form = Form(told["action"], told.get("method", "get"), told.get("enctype", ""))
            self.forms.append(self._form)
        elif tag == "input" and self._form is not None:
            self._input(told)
        elif tag == "button" and self._form is not None:
            self._form.buttons.append(told)
        if tag == "a":
            self._link = ""
        if tag == "textarea":
            self._area = ""
        if tag not in _VOID:
            self._open.append((tag, told))

    def _input(self, told: dict[str, str]) -> None:
        assert self._form is not None
        self._form.names.append(told.get("name", ""))
        if told["type"] == "file" or (told["type"] in ("radio", "checkbox") and "checked" not in told):
            return
        self._form.fields.append((told["name"], told.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        opened, told = self._open.pop()
        assert opened == tag, f"{opened} closed by {tag}"
        if tag == "a":
            self.links[re.sub(r"\s+", " ", self._link).strip()] = told.get("href", "")
        if tag == "textarea" and self._form is not None:
            self._form.names.append(told["name"])
            self._form.fields.append((told["name"], self._area.removeprefix("\n")))
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if {"script", "style"} & set(inside):
            return
        self.text += f" {data}"
        if "a" in inside:
            self._link += data
        if "textarea" in inside:
            self._area += data
        if "h1" in inside:
            self.heading += data

    @property
    def errors(self) -> str:
        """What the summary at the top says; "" without one."""
        found = re.search(r'id="error-summary".*?</ul>', self.html, re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip() if found else ""

    def form(self, action: str) -> Form:
        """The first form that goes to an address ending so."""
        return next(form for form in self.forms if form.action.endswith(action))


class Person:
    """One browser. `page` and `status` are what it shows; redirects are followed."""

    def __init__(self, url: str, account: str = "", language: str = "id") -> None:
        self.http = httpx.Client(
            base_url=url, timeout=60, follow_redirects=True, trust_env=False, headers={"accept-language": language}
        )
        self.url, self.path, self.status = url, "", 0
        self.page = Page("")
        if account:
            self.sign_in(account)

    def sign_in(self, account: str) -> None:
        asked = self.http.get("/sign-in", params={"next": "/applications"})
        found = _TRANSACTION.search(str(asked.url))
        assert found is not None
        form = {"transaction": found[1], "account": account}
        self._shown(self.http.post("/oidc/sign-in/demo", data=form, headers={"origin": self.url}))
        assert self.path == "/applications", self.path

    def go(self, path: str) -> "Person":
        return self._shown(self.http.get(path))

    def press(
        self, action: str, button: str = "", files: list[Any] | None = None, **typed: str | list[str]
    ) -> "Person":
        """Fills in the form that goes there ("-" in a name is written "__") and sends it; `button` is its value."""
        form = self.page.form(action)
        names = {name.replace("__", "-"): value for name, value in typed.items()}
        unknown = names.keys() - set(form.names)
        assert not unknown, f"the form has no {unknown}: {form.names}"
        sent: dict[str, list[str]] = {}
        for name, value in form.fields:
            sent.setdefault(name, []).append(value)
        sent |= {name: value if isinstance(value, list) else [value] for name, value in names.items()}
        pressed = next((each for each in form.buttons if not button or each.get("value") == button), None)
        assert pressed is not None, f"no button {button}"
        if pressed.get("name"):
            sent[pressed["name"]] = [pressed.get("value", "")]
        return self.post(form.action, sent, files=files)

    def post(self, path: str, sent: dict[str, Any], files: list[Any] | None = None) -> "Person":
        headers = {"origin": self.url}
        if files is not None:
            return self._shown(self.http.post(path, data=sent, files=files, headers=headers))
        # A browser says the type of an empty form too.
        headers["content-type"] = "application/x-www-form-urlencoded"
        return self._shown(self.http.post(path, content=urlencode(sent, doseq=True), headers=headers))

    def _shown(self, answer: httpx.Response) -> "Person":
        self.status, self.path, self.answer = answer.status_code, answer.url.path, answer
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = Page(answer.text)
        return self
