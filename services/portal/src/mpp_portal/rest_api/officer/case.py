"""A file as an officer reads it: what the person wrote beside what a register holds, papers beside what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mpp_design import Language
from mpp_design.formats import say

from mpp_portal.rest_api.form import Field, Form, readable, value_at, with_entries


@dataclass(frozen=True)
class Register:
    """What a register holds for a field. `same`: as the person wrote it."""

    agency: str
    value: str
    same: bool


@dataclass(frozen=True)
class Row:
    """One answer. `pointer` names it for a correction. `entry`: the title above an entry's first row, else ""."""

    pointer: str
    label: str
    value: str
    register: Register | None
    full_label: str = ""
    entry: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class PaperRow:
    """One requirement. `state`: "given", "missing", "optional", "not-needed" or "unknown"."""

    target: str
    name: str
    state: str
    files: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Case:
    sections: tuple[Section, ...]
    papers: tuple[PaperRow, ...]

    @property
    def labels(self) -> dict[str, str]:
        """What a correction can be about: target to name."""
        answers = {row.pointer: row.full_label or row.label for section in self.sections for row in section.rows}
        return answers | {paper.target: paper.name for paper in self.papers}

    @property
    def differences(self) -> list[Row]:
        """Where the person wrote something else than a register holds."""
        return [row for section in self.sections for row in section.rows if row.register and not row.register.same]


def case(application: Mapping[str, Any], form: Mapping[str, Any], language: Language) -> Case:
    """From GET /applications/{id} and /applications/{id}/form."""
    answers = application["answers"]
    fields = with_entries(Form.of(form), answers).fields
    held = {
        pointer: (say(lookup["agency_name"], language=language), value)
        for lookup in application["lookups"]
        for pointer, value in lookup["values"].items()
    }

    def row(field: Field) -> Row | None:
        value = value_at(answers, field.pointer)
        if value is None and field.pointer not in held:
            return None
        several = field.kind == "entries" and isinstance(value, list)
        return Row(
            field.pointer,
            say(field.label, language=language),
            str(len(value)) if several else readable(field, value, language),
            _register(field, value, held.get(field.pointer), language),
            say(field.full_label, language=language),
        )

    sections = []
    for group in form["layout"]:
        paths = {raw["path"] for raw in group["fields"]}
        rows: list[Row] = []
        entry = None
        for field in (field for field in fields if (field.entry.base if field.entry else field.pointer) in paths):
            if (found := row(field)) is None:
                continue
            if field.entry and field.entry != entry:
                found = replace(found, entry=say(field.entry.title, language=language))
            entry = field.entry
            rows.append(found)
        if rows:
            sections.append(Section(say(group["title"], language=language), tuple(rows)))
    return Case(tuple(sections), _papers(application["requirements"], application["attachments"], language))


def _register(field: Field, value: Any, held: tuple[str, Any] | None, language: Language) -> Register | None:
    if held is None:
        return None
    agency, told = held
    return Register(agency, readable(field, told, language), _plain(told) == _plain(value))


def _plain(value: Any) -> Any:
    """Case and spaces make no difference between two texts."""
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


def _papers(
    requirements: Sequence[Mapping[str, Any]], attachments: Sequence[Mapping[str, Any]], language: Language
) -> tuple[PaperRow, ...]:
    """Asked for and given; what nobody needs and nobody gave is left out."""
    rows = []
    for requirement in requirements:
        codes = {paper["code"] for paper in requirement["papers"]}
        files = tuple(each for each in attachments if each["requirement"] in codes)
        if files or requirement["state"] != "not-needed":
            name = say(requirement["name"], language=language)
            rows.append(PaperRow(f"requirement:{requirement['code']}", name, requirement["state"], files))
    return tuple(rows)
