"""The catalogue's part of the public API, as far as the pages of definitions call it; drafts live in memory."""

import json
import uuid
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import httpx
import yaml
from mpp_catalog.domain.checks.shape import check_shape
from mpp_catalog.domain.differences import differences

from tests.integration.portal.conftest import MALL
from tests.unit.portal.editor.shipped import SCHEMA, SHIPPED

BELOW = "/api/catalog/v1"
NAMES = {"0a": "Galih Pranata", "0b": "Ratna Dewi"}
AT = "2026-11-24T08:10:00Z"
AGENCIES = [
    {"code": code, "name": {"id": code.upper(), "en": code.upper()}, "kind": "office", "simulated": True,
     "has_connector": True, "lookups": ["licence"], "tasks": [{"name": "check", "services": []}]}
    for code in ("dpmptsp", "kemenkes", "sdmk", "esign", "dinkes")
]  # fmt: skip


class Catalogue:
    """Callable as a transport. `asked` keeps (method, path, who); `drafts` the drafts by id."""

    def __init__(self) -> None:
        self.definitions = {code: [deepcopy(document)] for code, document in SHIPPED.items()}
        self.drafts: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.down = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(BELOW)
        self.asked.append((request.method, path))
        if self.down:
            raise httpx.ConnectError("refused")
        fixed: dict[str, Callable[[], Any]] = {
            "/malls": lambda: {"items": [MALL]},
            "/agencies": lambda: {"items": AGENCIES},
            "/schemas/service-definition.json": lambda: SCHEMA,
            "/services": self._services,
            "/references": lambda: {"templates": ["letter", "sip-perawat"], "sources": ["S5"]},
        }
        if path in fixed:
            return httpx.Response(200, json=fixed[path]())
        parts = path.strip("/").split("/")
        if parts[0] == "drafts":
            return self._drafts(request, parts[1:])
        if parts[0] == "services" and len(parts) > 1:
            return self._service(parts[1], parts[2:])
        return problem(404, "not-found")

    def draft(self, service: str = "sip-perawat", **changed: Any) -> dict[str, Any]:
        """A draft of Galih's, made from what is published."""
        document = {**deepcopy(SHIPPED[service]), "version": "2026.2", **changed}
        draft = {
            "id": str(uuid.uuid4()), "service": service, "version": "2026.2", "base_version": "2026.1", "revision": 1,
            "state": "editing", "document": document, "reason": None, "legal_reference": None, "author": who("0a"),
            "proposer": None, "history": [{"at": AT, "who": who("0a"), "what": "opened", "comment": None}],
            "changed_at": AT,
        }  # fmt: skip
        self.drafts[draft["id"]] = draft
        return draft

    def _services(self) -> Any:
        return {"items": [
            {"code": code, "name": each[-1]["name"], "description": each[-1]["description"], "category": "x",
             "version_in_force": each[-1]["version"]} for code, each in self.definitions.items()
        ]}  # fmt: skip

    def _service(self, code: str, rest: list[str]) -> httpx.Response:
        known = {each["version"]: each for each in self.definitions[code]}
        if rest == ["versions"]:
            told = [
                {"version": version, "digest": "ab", "effective_from": "2026-01-01", "effective_to": None,
                 "published_at": AT, "state": "in-force", "proposed_by": None, "approved_by": None, "reason": "",
                 "legal_reference": None, "origin": "files", "retirement": None} for version in reversed(known)
            ]  # fmt: skip
            return httpx.Response(200, json={"items": told})
        if rest[-1] == "retirement":
            return problem(404, "not-found")
        if len(rest) == 2 and rest[1] in known:
            return httpx.Response(200, json={"definition": known[rest[1]]})
        if rest[-1].endswith(".yaml"):
            return httpx.Response(200, text=as_yaml(known[rest[-1].removesuffix(".yaml")]))
        return httpx.Response(200, json={"differences": compared(known[rest[1]], known[rest[3]])})

    def _drafts(self, request: httpx.Request, parts: list[str]) -> httpx.Response:
        me = request.headers["authorization"][-2:]
        body = json.loads(request.content or b"{}")
        if not parts:
            if request.method == "POST":
                if body["service"] not in SHIPPED:
                    return problem(422, "invalid", [("/service", "Not like this.")])
                made = self.draft(body["service"])
                return httpx.Response(201, json=self._told(made))
            state = request.url.params.get("state")
            items = [{**self._told(each), "problems": len(self._problems(each))} for each in self.drafts.values()]
            return httpx.Response(200, json={"items": [each for each in items if each["state"] == state],
                                             "next_cursor": None})  # fmt: skip
        draft = self.drafts.get(parts[0])
        if draft is None:
            return problem(404, "not-found")
        if parts[1:] == ["yaml"]:
            return httpx.Response(200, text=as_yaml(draft["document"]))
        if parts[1:] == ["differences"]:
            base = self.definitions[draft["service"]][0]
            return httpx.Response(200, json={"differences": compared(base, draft["document"])})
        if request.method == "GET":
            return httpx.Response(200, json=self._told(draft), headers={"etag": f'"{draft["revision"]}"'})
        return self._change(draft, request, parts[1:], body, me)

    def _change(
        self, draft: dict[str, Any], request: httpx.Request, parts: list[str], body: Any, me: str
    ) -> httpx.Response:
        if request.method == "PUT":
            if request.headers.get("if-match") != f'"{draft["revision"]}"':
                return problem(412, "stale", detail="Ratna Dewi saved it.")
            return self._done(draft, me, "edited", document=body["document"])
        if parts == ["proposal"]:
            if not body["legal_reference"]["title"]:
                return problem(422, "invalid", [("/legal_reference/title", "Name the law.")])
            more = {"reason": body["reason"], "legal_reference": body["legal_reference"], "proposer": who(me)}
            return self._done(draft, me, "proposed", state="proposed", **more)
        if parts == ["approval"]:
            if draft["proposer"]["id"].endswith(me):
                return problem(409, "second-person-needed", detail="A second person is needed.")
            self.definitions[draft["service"]].append(draft["document"])
            return self._done(draft, me, "published", state="published")
        if parts == ["return"]:
            return self._done(draft, me, "returned", state="returned")
        return self._done(draft, me, "discarded", state="discarded")

    def _done(self, draft: dict[str, Any], me: str, what: str, **changed: Any) -> httpx.Response:
        draft.update(changed)
        draft["revision"] += 1
        draft["history"].append({"at": AT, "who": who(me), "what": what, "comment": None})
        return httpx.Response(200, json=self._told(draft))

    def _told(self, draft: dict[str, Any]) -> dict[str, Any]:
        return {**draft, "problems": self._problems(draft)}

    def _problems(self, draft: dict[str, Any]) -> list[Any]:
        found = check_shape(draft["document"], SCHEMA)
        return [{"where": each.where, "message": {"id": each.message, "en": each.message}} for each in found]


def who(me: str) -> dict[str, str]:
    return {"id": f"0199a1b2-0000-7000-8000-0000000000{me}", "name": NAMES[me]}


def compared(one: Any, other: Any) -> list[Any]:
    return [
        {"kind": each.kind, "path": each.path, "baseline": each.baseline, "here": each.here,
         "text": {"id": each.text.id, "en": each.text.en}} for each in differences(one, other)
    ]  # fmt: skip


def as_yaml(document: Any) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def problem(status: int, code: str, errors: Any = (), detail: str = "It cannot be done.") -> httpx.Response:
    told = {"type": "urn:x", "title": "x", "status": status, "detail": detail, "instance": "/", "code": code,
            "errors": [{"field": field, "code": "x", "detail": said} for field, said in errors]}  # fmt: skip
    return httpx.Response(status, content=json.dumps(told), headers={"content-type": "application/problem+json"})
