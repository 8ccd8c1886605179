"""The resolved offering an application is pinned to: the definition as typed data, read once, never changed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from mpp_runtime.errors import Text

from mpp_applications.domain.status import ClockOwner, Status


@dataclass(frozen=True)
class Action:
    """What an officer (or the applicant, in an applicant's state) may do; `needs` names "reason" and "items"."""

    code: str
    label: Text
    to: str
    event: str
    needs: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """Where an agency's answer leads."""

    to: str
    event: str


@dataclass(frozen=True)
class StateDesk:
    """Who has it in this state; the region is the mall's."""

    role: str
    agency: str
    label: Text


@dataclass(frozen=True)
class State:
    code: str
    label: Text
    status: Status
    clock: ClockOwner
    desk: StateDesk | None
    applicant: bool
    task: str | None
    working_days: int | None
    actions: Mapping[str, Action]
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True)
class TaskSpec:
    """An agency task: what is asked of whom, with which fields. `document` names an output that is signed by it."""

    code: str
    agency: str
    name: str
    particulars: tuple[str, ...]
    answers: tuple[str, ...]
    document: str | None


@dataclass(frozen=True)
class Requirement:
    """A paper asked for. With `alternatives` it is a group: one file under the code of any alternative satisfies it."""

    code: str
    name: Text
    kind: str
    mandatory: bool
    when: str | None
    types: tuple[str, ...]
    max_bytes: int
    alternatives: "tuple[Requirement, ...]"

    @property
    def papers(self) -> "tuple[Requirement, ...]":
        """What a file can be attached for."""
        return self.alternatives or (self,)


@dataclass(frozen=True)
class PrefillRule:
    """A lookup and the answers it fills: pointer → field of the agency's data."""

    code: str
    agency: str
    lookup: str
    particulars: tuple[str, ...]
    answers: Mapping[str, str]
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    code: str
    expression: str
    field: str
    message: Text


def text_of(value: Any) -> Text:
    if isinstance(value, str):
        return Text(value, value)
    return Text(str(value["id"]), str(value["en"]))


@dataclass(frozen=True)
class Offering:
    """`body` is the catalogue's JSON (mall, service, definition, templates, agencies)."""

    digest: str
    body: Mapping[str, Any]

    @classmethod
    def parse(cls, digest: str, content: bytes) -> "Offering":
        """Reads the catalogue's canonical JSON. Raises ValueError or KeyError if it is none."""
        offering = cls(digest, json.loads(content))
        # Read now what the engine relies on: a bad definition fails at the draft and not in the middle of a life.
        offering.state(offering.start)
        for state in offering.states.values():
            targets = [action.to for action in state.actions.values()] + [o.to for o in state.outcomes.values()]
            for target in targets:
                offering.state(target)
            if state.task is not None:
                offering.task(state.task)
        return offering

    @property
    def definition(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body["definition"]
        return found

    @property
    def service(self) -> str:
        return str(self.body["service"])

    @property
    def mall(self) -> str:
        return str(self.body["mall"]["code"])

    @property
    def elsewhere(self) -> Mapping[str, Any] | None:
        """Where it is applied for if not here: `kind`, `link` and `note`. Offerings before 2026.11 had no terms."""
        mode: Mapping[str, Any] = self.body.get("terms", {}).get("mode", {"kind": "native"})
        return None if mode["kind"] == "native" else mode

    @property
    def mall_name(self) -> str:
        return str(self.body["mall"]["name"])

    @property
    def region(self) -> str:
        return str(self.body["mall"]["region"]["code"])

    def local_date(self, at: datetime) -> date:
        """The date in the mall's time zone."""
        return at.astimezone(ZoneInfo(str(self.body["mall"]["time_zone"]))).date()

    @property
    def name(self) -> Text:
        return text_of(self.definition["name"])

    @property
    def number_prefix(self) -> str:
        """The middle of an application number: the first word of the public service's code."""
        return str(self.definition.get("number_prefix") or self.service.split("-")[0].upper())

    @property
    def start(self) -> str:
        return str(self.definition["workflow"]["start"])

    @property
    def promised_working_days(self) -> int | None:
        found = ((self.definition.get("standard") or {}).get("duration") or {}).get("working_days")
        return int(found) if found is not None else None

    @property
    def has_fees(self) -> bool:
        return bool(self.definition.get("fees"))

    @property
    def form_schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self.definition["form"]["schema"]
        return found

    @cached_property
    def form_text(self) -> str:
        """`form_schema` as text: what its compiled validator is found by."""
        return json.dumps(self.form_schema, sort_keys=True)

    @cached_property
    def states(self) -> Mapping[str, State]:
        return {raw["code"]: _state(raw) for raw in self.definition["workflow"]["states"]}

    @cached_property
    def withdraw(self) -> tuple[str, str, frozenset[str]] | None:
        """(target state, event, states it is possible from)."""
        raw = self.definition["workflow"].get("withdraw")
        return (raw["to"], raw["event"], frozenset(raw["from"])) if raw else None

    @cached_property
    def requirements(self) -> Mapping[str, Requirement]:
        return {raw["code"]: _requirement(raw) for raw in self.definition.get("requirements") or ()}

    @cached_property
    def papers(self) -> Mapping[str, Requirement]:
        """Every paper a file can be attached for, alternatives one by one."""
        return {paper.code: paper for requirement in self.requirements.values() for paper in requirement.papers}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(
            Rule(raw["code"], raw["expression"], raw.get("field") or "", text_of(raw["message"]))
            for raw in self.definition["form"].get("rules") or ()
        )

    @cached_property
    def prefill(self) -> tuple[PrefillRule, ...]:
        return tuple(
            PrefillRule(
                raw["code"], raw["agency"], raw["lookup"], tuple(raw.get("particulars") or ()),
                dict(raw.get("answers") or {}), dict(raw["fields"]),
            )
            for raw in self.definition.get("prefill") or ()
        )  # fmt: skip

    @cached_property
    def tasks(self) -> Mapping[str, TaskSpec]:
        return {
            raw["code"]: TaskSpec(
                raw["code"], raw["agency"], raw["name"], tuple(raw.get("particulars") or ()),
                tuple(raw.get("answers") or ()), raw.get("document"),
            )
            for raw in self.definition.get("tasks") or ()
        }  # fmt: skip

    @cached_property
    def _layout(self) -> Mapping[str, Mapping[str, Any]]:
        """The layout's fields by pointer."""
        return {
            field["path"]: field
            for section in self.definition["form"].get("layout") or ()
            for field in section["fields"]
        }

    def field_label(self, pointer: str) -> Text | None:
        """Of a field of the form, a list, an entry of it or a field in one (/members/1/name: "Anggota 2: Nama")."""
        if pointer in self._layout:
            return text_of(self._layout[pointer]["label"])
        for path, field in self._layout.items():
            if "entry" in field and pointer.startswith(f"{path}/"):
                return self._entry_label(path, field["entry"], pointer.removeprefix(path))
        return None

    def _entry_label(self, path: str, entry: Mapping[str, Any], below: str) -> Text | None:
        index, _, inner = below[1:].partition("/")
        if not re.fullmatch("0|[1-9][0-9]{0,3}", index) or int(index) >= self._most(path):
            return None
        one = text_of(entry["label"])
        numbered = Text(f"{one.id} {int(index) + 1}", f"{one.en} {int(index) + 1}")
        if not inner:
            return numbered
        labels = (text_of(field["label"]) for field in entry["fields"] if field["path"] == f"/{inner}")
        return next((Text(f"{numbered.id}: {of.id}", f"{numbered.en}: {of.en}") for of in labels), None)

    def _most(self, path: str) -> int:
        shape: Mapping[str, Any] = self.form_schema
        for part in path.split("/")[1:]:
            shape = shape["properties"][part]
        return int(shape["maxItems"])

    def state(self, code: str) -> State:
        return self.states[code]

    def task(self, code: str) -> TaskSpec:
        return self.tasks[code]

    def output(self, code: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = next(raw for raw in self.definition["outputs"] if raw["code"] == code)
        return found

    def agency_name(self, code: str) -> Text:
        raw = (self.body.get("agencies") or {}).get(code)
        return text_of(raw["name"]) if raw else Text(code, code)

    def target_label(self, target: str) -> Text | None:
        """What a correction points at: a field of the form or a requirement; None if there is no such thing."""
        if target == "":
            return Text("Permohonan", "The application")
        if target.startswith("requirement:"):
            code = target.removeprefix("requirement:")
            requirement = self.requirements.get(code) or self.papers.get(code)
            return requirement.name if requirement else None
        return self.field_label(target)

    def message_texts(self, event: str) -> Mapping[str, Mapping[str, str]]:
        """Language → {subject, body}: what the definition says about this event in messages."""
        found: Mapping[str, Mapping[str, str]] = (self.definition.get("messages") or {}).get(event) or {}
        return found


def _state(raw: Mapping[str, Any]) -> State:
    desk = raw.get("desk")
    return State(
        code=raw["code"],
        label=text_of(raw["label"]),
        status=Status(raw["status"]),
        clock=ClockOwner(raw["clock"]),
        desk=StateDesk(desk["role"], desk["agency"], text_of(desk["label"])) if desk else None,
        applicant=bool(raw.get("applicant")),
        task=raw.get("task"),
        working_days=raw.get("working_days"),
        actions={
            action["code"]: Action(
                action["code"], text_of(action["label"]), action["to"], action["event"],
                frozenset(action.get("needs") or ()),
            )
            for action in raw.get("actions") or ()
        },
        outcomes={code: Outcome(to["to"], to["event"]) for code, to in (raw.get("outcomes") or {}).items()},
    )  # fmt: skip


def _requirement(raw: Mapping[str, Any]) -> Requirement:
    file = raw.get("file") or {}
    return Requirement(
        code=raw["code"],
        name=text_of(raw["name"]),
        kind=raw.get("kind", "scan"),
        mandatory=bool(raw.get("mandatory", False)),
        when=raw.get("when"),
        types=tuple(file.get("types") or ("application/pdf", "image/jpeg", "image/png")),
        max_bytes=int(file.get("max_bytes") or 5_000_000),
        alternatives=tuple(_requirement(alternative) for alternative in raw.get("any_of") or ()),
    )
