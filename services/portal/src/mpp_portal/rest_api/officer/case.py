"""A file as an officer reads it: what the person wrote beside what a register holds, papers beside what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpp_design import Language
from mpp_design.formats import say

from mpp_portal.rest_api.form import Field, Form, readable, value_at


@dataclass(frozen=True)
class Register:
    """What a register holds for a field. `same`: as the person wrote it."""

    agency: str
    value: str
    same: bool


@dataclass(frozen=True)
class Row:
    """One answer. `pointer` names it for a correction."""

    pointer: str
    label: str
    value: str
    register: Register | None


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
        answers = {row.pointer: row.label for section in self.sections for row in section.rows}
        return answers | {paper.target: paper.name for paper in self.papers}

    @property
    def differences(self) -> list[Row]:
        """Where the person wrote something else than a register holds."""
        return [row for section in self.sections for row in section.rows if row.register and not row.register.same]


def case(application: Mapping[str, Any], form: Mapping[str, Any], language: Language) -> Case:
    """From GET /applications/{id} and /applications/{id}/form."""
    fields = {field.pointer: field for field in Form.of(form).fields}
    answers = application["answers"]
    held = {
        pointer: (say(lookup["agency_name"], language=language), value)
        for lookup in application["lookups"]
        for pointer, value in lookup["values"].items()
    }

    def row(pointer: str) -> Row | None:
        field, value = fields[pointer], value_at(answers, pointer)
        if value is None and pointer not in held:
            return None
        return Row(
            pointer,
            say(field.label, language=language),
            readable(field, value, language),
            _register(field, value, held.get(pointer), language),
        )

    sections = []
    for group in form["layout"]:
        rows = tuple(found for raw in group["fields"] if (found := row(raw["path"])))
        if rows:
            sections.append(Section(say(group["title"], language=language), rows))
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
