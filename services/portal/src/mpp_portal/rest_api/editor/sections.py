"""The parts a definition is edited in: one page each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mpp_portal.rest_api.editor import form_pages
from mpp_portal.rest_api.editor.shapes import Schema

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """`parts` are the JSON pointers it edits, objects of the definition on the way to them included."""

    code: str
    parts: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the definition's first level that it changes something of."""
        return tuple(dict.fromkeys(part.split("/")[1] for part in self.parts))


_STANDARD = (
    "procedure", "fee", "product", "complaints", "legal_basis", "facilities", "competence", "supervision", "staffing",
    "guarantee", "safety", "evaluation",
)  # fmt: skip
SECTIONS = (
    Section("names", ("/name", "/description", "/owner", "/category", "/effective_from", "/effective_to")),
    Section("standard", tuple(f"/standard/{part}" for part in _STANDARD)),
    Section("requirements", ("/requirements",)),
    Section("form", ("/form/pages", "/form/rules")),
    Section("times", ("/standard/duration", "/deadline_classes")),
    Section("fees", ("/fees",)),
    Section("workflow", ("/workflow",)),
    Section("tasks", ("/tasks",)),
    Section("outputs", ("/outputs",)),
    Section("prefill", ("/prefill",)),
    Section("messages", ("/messages",)),
    Section("education", ("/education",)),
    Section("search", ("/keywords", "/life_events")),
    Section("regional", ("/regional",)),
)
BY_CODE = {section.code: section for section in SECTIONS}
# What no page edits: the address of the definition.
FIXED = ("/code", "/version")


def editable(schema: Schema) -> dict[str, Any]:
    """The published schema, the applicant's form as a list of pages in place of its JSON Schema and layout."""
    properties = schema["properties"]
    form = properties["form"]
    pages = {
        **form,
        "required": ["pages", "rules"],
        "properties": {"pages": form_pages.PAGES, "rules": form["properties"]["rules"]},
    }
    definitions = {
        **schema["$defs"],
        "form_field": form_pages.FIELD,
        "form_entry": form_pages.ENTRY,
        "entry_form_field": form_pages.ENTRY_FIELD,
    }
    return {**schema, "properties": {**properties, "form": pages}, "$defs": definitions}


def restricted(schema: Schema, section: Section) -> dict[str, Any]:
    """An `editable` schema that knows nothing but the parts of a section."""
    return {**_only(schema, [part.split("/")[1:] for part in section.parts]), "$defs": schema["$defs"]}


def _only(schema: Schema, paths: list[list[str]]) -> dict[str, Any]:
    wanted: dict[str, list[list[str]]] = {}
    for first, *rest in paths:
        wanted.setdefault(first, []).append(rest)
    properties = {
        name: _only(part, wanted[name]) if all(wanted[name]) else part
        for name, part in schema["properties"].items()
        if name in wanted
    }
    ordered = {name: properties[name] for name in wanted if name in properties}
    return {**schema, "properties": ordered, "required": [name for name in schema["required"] if name in wanted]}


def opened(document: Document) -> dict[str, Any]:
    """The definition as it is edited: its form as pages."""
    form = document.get("form")
    if not form_pages.is_form(form):
        # Made by another client: what is no form cannot be shown as one, and stays as it is.
        return {key: value for key, value in document.items() if key != "form"}
    pages = {"pages": form_pages.pages_of(form), "rules": form.get("rules", [])}
    return {**document, "form": pages}


def closed(edited: Document, before: Document) -> dict[str, Any]:
    """The definition again, made upon the one that was `opened`."""
    form, old = edited.get("form"), before.get("form")
    if form_pages.is_form(old) and isinstance(form, Mapping):
        form = form_pages.form_of(form.get("pages", []), {**old, "rules": form.get("rules", [])})
    else:
        form = old
    whole = {**edited, "form": form} if "form" in before else {**edited}
    order = [*before, *(key for key in whole if key not in before)]
    return {key: whole[key] for key in order if key in whole}


def section_of(pointer: str) -> Section | None:
    """Where a place of the definition is edited; None for what no page edits."""
    for section in SECTIONS:
        if any(pointer == part or pointer.startswith(f"{part}/") for part in section.parts):
            return section
    if pointer == "/form" or pointer.startswith("/form/"):
        return BY_CODE["form"]
    inside = (section for section in SECTIONS for part in section.parts if part.startswith(f"{pointer}/"))
    return next(inside, None)


def counted(pointers: Iterable[str]) -> dict[str, int]:
    """How many problems each section has."""
    found: dict[str, int] = {}
    for pointer in pointers:
        if section := section_of(pointer):
            found[section.code] = found.get(section.code, 0) + 1
    return found
