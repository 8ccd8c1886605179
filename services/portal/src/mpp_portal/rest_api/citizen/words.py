"""What several pages need to put an application into words: names of steps, problems with links, values, codes."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from fastapi import Request
from mpp_design.formats import WEST, say

from mpp_portal.rest_api.citizen.own import address
from mpp_portal.rest_api.citizen.steps import Question, Way
from mpp_portal.rest_api.form import Field, FieldProblem, readable
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.pages import Pages

# Purposes and fields as identity's access log keeps them.
_PURPOSES = (
    "review:attachment",
    "review:document",
    "review:timeline",
    "review",
    "lookup",
    "agency-task",
    "document",
    "message",
)
_FIELDS = ("name", "nik", "nik_verified", "birth_date", "birth_place", "address", "sex", "email", "phone", "contact")

_BETTER = {
    ("statement", "required"): "wrong_statement",
    ("statement", "not-accepted"): "wrong_statement",
    **{(kind, code): "wrong_choice" for kind in ("choice", "yes-no") for code in ("required", "not-an-option")},
    **{("date", code): "wrong_date" for code in ("wrong-format", "wrong-type")},
    **{("integer", code): "wrong_integer" for code in ("wrong-type", "wrong-format")},
    ("number", "wrong-type"): "wrong_number",
    ("nik", "wrong-format"): "wrong_nik",
    ("time", "wrong-format"): "wrong_time",
    ("district", "wrong-format"): "wrong_choice",
}


def question_words(pages: Pages, request: Request, zone: str = WEST) -> dict[str, Any]:
    """What the templates of questions call."""
    return {
        "in_words": partial(_in_words, language_for(request)),
        "wrong": partial(sentence, pages, request),
        "is_date": is_date,
        "zone": zone,
    }


def _in_words(language: str, field: Field, value: Any) -> str:
    return readable(field, value, language)


def is_date(text: str) -> bool:
    """Can a date input hold it? What was typed and is no date stays readable in a text input."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def step_names(pages: Pages, request: Request, way: Way) -> list[dict[str, Any]]:
    """Entries of the progress: the form's steps, the papers, the review."""
    language = language_for(request)
    steps = [
        {
            "name": say(step.title, language=language),
            "address": address(way.file, f"/form/{step.number}"),
            "done": not way.problems_of(step),
        }
        for step in way.form.steps
    ]
    papers = {
        "name": pages.text(request, "papers_title"),
        "address": address(way.file, "/papers"),
        "done": not way.paper_problems,
    }
    review = {"name": pages.text(request, "review_step"), "address": address(way.file, "/review"), "done": False}
    return [*steps, papers, review]


def sentence(pages: Pages, request: Request, problem: FieldProblem) -> str:
    """What is wrong, in words for people: the API speaks of formats and codes of options."""
    kind = problem.field.kind if problem.field else ""
    if key := _BETTER.get((kind, problem.code)):
        return pages.text(request, key)
    told = problem.detail
    return told if isinstance(told, str) else say(told, language=language_for(request))


def on_page(pages: Pages, request: Request, problems: Iterable[FieldProblem]) -> list[tuple[str, str]]:
    """For the summary of a page that has the fields: (id of the field, label and sentence)."""
    return [
        (problem.field.name if problem.field else "", _labelled(pages, request, problem, {})) for problem in problems
    ]


def elsewhere(pages: Pages, request: Request, way: Way, problems: Iterable[FieldProblem]) -> list[tuple[str, str]]:
    """The same where the fields are on other pages: (address, label and sentence)."""
    names = {each["code"]: each["name"] for each in way.file["requirements"]}
    return [(_where(way, problem), _labelled(pages, request, problem, names)) for problem in problems]


def _labelled(pages: Pages, request: Request, problem: FieldProblem, papers: Mapping[str, Any]) -> str:
    label = problem.field.full_label if problem.field else papers.get(problem.requirement or "")
    told = sentence(pages, request, problem)
    return f"{say(label, language=language_for(request))}: {told}" if label else told


def _where(way: Way, problem: FieldProblem) -> str:
    if problem.requirement:
        return address(way.file, f"/papers#paper-{problem.requirement}")
    if problem.field is None:
        return ""
    step = way.form.step_of(problem.field)
    return address(way.file, f"/form/{step.number}#{problem.field.name}") if step else f"#{problem.field.name}"


def question_problems(pages: Pages, request: Request, questions: Iterable[Question]) -> list[tuple[str, str]]:
    return on_page(pages, request, [each.problem for each in questions if each.problem])


def purpose_words(pages: Pages, request: Request, purpose: str) -> str:
    """Why somebody read, in words."""
    kind = next((each for each in _PURPOSES if purpose == each or purpose.startswith(f"{each}:")), "other")
    return pages.text(request, f"purpose_{kind.replace(':', '_').replace('-', '_')}")


def field_words(pages: Pages, request: Request, fields: Iterable[str]) -> str:
    """Which particulars, in words."""
    return ", ".join(pages.text(request, f"particular_{name}") if name in _FIELDS else name for name in fields)
