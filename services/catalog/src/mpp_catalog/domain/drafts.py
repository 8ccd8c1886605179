"""A draft of a definition: what may be done to it in which state, and that two people publish it."""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mpp_runtime.errors import Conflict, Invalid, Text, TooLarge, unstorable_text

from mpp_catalog.domain.canonical import digest
from mpp_catalog.domain.differences import differences

EDITABLE = frozenset({"editing", "returned"})
STATES = ("editing", "proposed", "returned", "published", "discarded")
VERSION = re.compile(r"[0-9]{4}[.][0-9]{1,3}")
_DEEPEST = 40
# What one change touched is told, not repeated: the differences to the base are the whole of it.
_MOST_CHANGED = 20


@dataclass(frozen=True)
class Officer:
    """Who did something, named as they were at that time."""

    id: str
    name: str
    title: str


@dataclass(frozen=True)
class Entry:
    """A line of a draft's history. `changed`: JSON pointers of what an edit touched."""

    at: datetime
    who: Officer
    what: str
    comment: str | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What is proposed for publication: `body` is what the digest of the definition will be of."""

    by: Officer
    reason: str
    legal_reference: Mapping[str, Any]
    body: bytes

    @property
    def digest(self) -> str:
        return digest(self.body)


@dataclass(frozen=True)
class Draft:
    """A definition that is being written. `templates`: what its base was published with; `problems`: how many it has.

    `revision` grows with everything that is done to it.
    """

    id: UUID
    service: str
    version: str
    base_version: str | None
    revision: int
    state: str
    document: Mapping[str, Any]
    templates: Mapping[str, str]
    problems: int
    author: Officer
    changed_at: datetime
    proposal: Proposal | None = None
    history: tuple[Entry, ...] = ()

    def check_editable(self) -> None:
        """Raises Conflict if it may not be edited now."""
        if self.state not in EDITABLE:
            raise _not_now(self)

    def edited(self, document: Mapping[str, Any], problems: int, by: Officer, at: datetime) -> "Draft":
        """With another document; the same one again changes nothing. Raises Conflict if it may not be edited now."""
        self.check_editable()
        if document.get("code") != self.service:
            told = Text(
                f"Kode layanan tetap '{self.service}': salinlah ke draf dengan kode lain.",
                f"The code stays '{self.service}': copy it to a draft with another code.",
            )
            raise Invalid("code-stays", told)
        if document == self.document:
            return self
        touched = tuple(change.path for change in differences(self.document, document))
        changed = replace(self, document=document, problems=problems, version=version_in(document, self.version))
        return changed._with(Entry(at, by, "edited", None, touched[:_MOST_CHANGED]), self.state)

    def proposed(self, proposal: Proposal, at: datetime) -> "Draft":
        """Waiting for a second person. Raises Conflict if it cannot be proposed now."""
        self.check_editable()
        entry = Entry(at, proposal.by, "proposed", proposal.reason)
        return replace(self, proposal=proposal, problems=0)._with(entry, "proposed")

    def returned(self, by: Officer, comment: str, at: datetime) -> "Draft":
        """Editable again. Raises Conflict if it was not proposed."""
        if self.state != "proposed":
            raise _not_now(self)
        return self._with(Entry(at, by, "returned", comment), "returned")

    def published(self, by: Officer, comment: str | None, at: datetime) -> "Draft":
        """Raises Conflict if it was not proposed, or by somebody whose own work it is."""
        if self.state != "proposed" or self.proposal is None:
            raise _not_now(self)
        if by.id in {entry.who.id for entry in self.history if entry.what in ("edited", "proposed")}:
            raise second_person_needed()
        return self._with(Entry(at, by, "published", comment), "published")

    def discarded(self, by: Officer, at: datetime) -> "Draft":
        """Kept, but at its end. Raises Conflict for what is published."""
        if self.state == "discarded":
            return self
        if self.state == "published":
            raise _not_now(self)
        return self._with(Entry(at, by, "discarded"), "discarded")

    def approved_by(self) -> Officer | None:
        """Who published it."""
        return next((entry.who for entry in self.history if entry.what == "published"), None)

    def _with(self, entry: Entry, state: str) -> "Draft":
        history = (*self.history, entry)
        return replace(self, state=state, revision=self.revision + 1, changed_at=entry.at, history=history)


def second_person_needed() -> Conflict:
    """For whoever would approve what they asked for or wrote."""
    told = Text(
        "Perlu orang kedua: yang menyunting atau mengusulkan tidak boleh menyetujui.",
        "A second person is needed: who edited or proposed it may not approve it.",
    )
    return Conflict("second-person-needed", told)


def version_in(document: Mapping[str, Any], otherwise: str) -> str:
    """The version a document says, as far as it is one."""
    said = document.get("version")
    return said if isinstance(said, str) and VERSION.fullmatch(said) else otherwise


def next_version(taken: Iterable[str], today: date) -> str:
    """The next free version of this year: "2026.3"."""
    numbers = [int(version.partition(".")[2]) for version in taken if version.startswith(f"{today.year}.")]
    return f"{today.year}.{max(numbers, default=0) + 1}"


def refuse_unstorable(document: Any) -> None:
    """Raises Invalid or TooLarge for what JSON may carry and neither our database nor our YAML can."""
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEEPEST:
            told = Text("Susunan draf terlalu dalam.", "The draft is nested too deeply.")
            raise TooLarge("too-deep", told)
        if isinstance(value, dict):
            waiting += [(item, depth + 1) for pair in value.items() for item in pair]
        elif isinstance(value, list):
            waiting += [(item, depth + 1) for item in value]
        elif isinstance(value, str):
            if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise unstorable_text()
        elif isinstance(value, float) and not math.isfinite(value):
            raise unstorable_text()


def _not_now(draft: Draft) -> Conflict:
    told = Text(
        f"Ini tidak dapat dilakukan pada draf berstatus '{draft.state}'.",
        f"This cannot be done to a draft that is '{draft.state}'.",
    )
    return Conflict("draft-state", told, state=draft.state)


def known_templates(of_base: Mapping[str, str], seeded: Mapping[str, str], named: Collection[str]) -> dict[str, str]:
    """The sources of the templates that a document names: its base's go before those last seeded."""
    return {name: (of_base.get(name) or seeded[name]) for name in named if name in of_base or name in seeded}
