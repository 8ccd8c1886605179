"""What a definition may refer to: agencies, roles, templates, and its own steps, tasks, outputs and fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpp_portal.rest_api.editor.inputs import Choices, Option

Say = Callable[[Any], str]
Word = Callable[[str, str], str]
ROLES = ("verifier", "recommender", "head", "registrar", "clerk")
CATEGORIES = (
    "building", "business", "civil-registration", "complaint", "consultation", "education", "health", "police",
    "population", "vehicle", "village",
)  # fmt: skip
# Events that a step of a workflow may end with, and those that people can be told of.
EVENTS = (
    "StepEntered", "AgencyTaskAnswered", "CorrectionRequested", "CorrectionsSubmitted", "ApplicationApproved",
    "ApplicationRejected", "ApplicationWithdrawn", "DocumentIssued",
)  # fmt: skip
TOLD = ("ApplicationSubmitted", *EVENTS, "AgencyAway", "AgencyBack")
_DESKS = ("/workflow/states/*/desk", "/outputs/*/signer_desk")
_TARGETS = (
    "/workflow/start", "/workflow/states/*/actions/*/to", "/workflow/states/*/outcomes/accepted/to",
    "/workflow/states/*/outcomes/rejected/to", "/workflow/withdraw/to", "/workflow/withdraw/from",
)  # fmt: skip
_EVENTS_AT = (
    "/workflow/states/*/actions/*/event", "/workflow/states/*/outcomes/accepted/event",
    "/workflow/states/*/outcomes/rejected/event", "/workflow/withdraw/event",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """What exists outside a definition, as the API tells it. `templates`: their names."""

    agencies: Sequence[Mapping[str, Any]] = ()
    templates: Sequence[str] = ()


def choices(document: Mapping[str, Any], world: World, say: Say, word: Word) -> Choices:
    """The choices of every place that refers to something, in words.

    Args:
        document: the definition as it is edited (`sections.opened`).
        say: a text {id, en} in the reader's language; `word`: a code of a property in words.
    """
    agencies = _options((each["code"], say(each["name"])) for each in world.agencies)
    roles = _options((role, word("role", role)) for role in ROLES)
    events = _options((event, word("event", event)) for event in EVENTS)
    states = _coded(_of(document, "workflow", "states"), "label", say)
    fields = _options((field["path"], say(field.get("label"))) for field in _fields(document))
    lookups = ((code, code) for agency in world.agencies for code in agency.get("lookups", ()))
    tasks = ((task["name"], task["name"]) for agency in world.agencies for task in agency.get("tasks", ()))
    return {
        "/owner/agency": agencies,
        "/category": _options((category, word("category", category)) for category in CATEGORIES),
        **{f"{desk}/agency": agencies for desk in _DESKS},
        **{f"{desk}/role": roles for desk in _DESKS},
        **dict.fromkeys(_TARGETS, states),
        **dict.fromkeys(_EVENTS_AT, events),
        "/workflow/states/*/task": _coded(document.get("tasks"), "name", say),
        "/tasks/*/agency": agencies,
        "/tasks/*/name": _options(tasks),
        "/tasks/*/document": _coded(document.get("outputs"), "name", say),
        "/tasks/*/answers": fields,
        "/prefill/*/agency": agencies,
        "/prefill/*/lookup": _options(lookups),
        "/prefill/*/fields:key": fields,
        "/form/rules/*/field": fields,
        "/outputs/*/template": _options((name, name) for name in world.templates),
        "/messages:key": _options((event, word("event", event)) for event in TOLD),
    }


def names_for_conditions(document: Mapping[str, Any], say: Say) -> tuple[Option, ...]:
    """What a condition may read: the answers by the names of their fields, and the day."""
    fields = _fields(document)
    answers = (("answers" + field["path"].replace("/", "."), say(field.get("label"))) for field in fields)
    # In a field of a list's entry, that entry too.
    inner = (each for field in fields for each in _named(_of(field, "entry", "fields")))
    entries = (("entry" + each["path"].replace("/", "."), say(each.get("label"))) for each in inner)
    return _options((*answers, ("today", ""), *entries))


def _fields(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    pages = _of(document, "form", "pages")
    fields = [field for page in pages if isinstance(page, Mapping) for field in page.get("fields") or ()]
    return _named(fields)


def _named(fields: Iterable[Any]) -> list[Mapping[str, Any]]:
    return [field for field in fields if isinstance(field, Mapping) and isinstance(field.get("path"), str)]


def _of(document: Mapping[str, Any], *path: str) -> Any:
    value: Any = document
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else []


def _coded(entries: Any, name: str, say: Say) -> tuple[Option, ...]:
    found = [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
    coded = ((str(entry["code"]), entry.get(name)) for entry in found if entry.get("code"))
    return _options((code, say(text) or code) for code, text in coded)


def _options(pairs: Iterable[Option]) -> tuple[Option, ...]:
    """Each value once."""
    return tuple(dict(pairs).items())
