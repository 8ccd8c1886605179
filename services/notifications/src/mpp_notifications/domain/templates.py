"""Message templates: a small part of Jinja2, sandboxed.

A template comes from this package or from a public service definition, so it is checked before it runs: it may print
placeholders, loop over a list and choose by a condition, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mpp_notifications.domain import placeholders
from mpp_notifications.domain.facts import MessageText
from mpp_notifications.domain.languages import LANGUAGES
from mpp_notifications.domain.messages import Rendered
from mpp_notifications.domain.personal_data import has_nik, mask_nik, one_line

MAX_SUBJECT = 150
"""Characters of a subject line; longer ones are cut by mail readers, mostly in the middle of the number."""
MAX_BODY = 20_000

_FILTERS = frozenset({"lower", "upper", "length"})
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Const,
    nodes.Filter, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    autoescape=False,  # plain text; whoever shows it in a page escapes it there
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
    optimized=False,  # constant folding would compute 'a' * 1000000000 before anybody judged it
)
_ENVIRONMENT.globals.clear()  # range, cycler, namespace...: no template needs them


class BrokenTemplate(Exception):
    """A template that cannot be rendered; `problems` says why."""

    def __init__(self, problems: tuple["Problem", ...]) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a template: "subject" or "body", a stable code, and what to do in English."""

    where: str
    code: str
    message: str


def check(event: str, language: str, text: MessageText) -> tuple[Problem, ...]:
    """Everything wrong with a template of this event; empty if it is good."""
    names = placeholders.offered(event)
    if names is None:
        return (Problem("subject", "unknown-event", f"{event} makes no message: see the routing table."),)
    if not language:
        return (Problem("subject", "missing-language", 'Say which language it is: "id" or "en".'),)
    if language not in LANGUAGES:
        return (Problem("subject", "unknown-language", f'{language!r} is not a language of messages: "id" or "en".'),)
    problems = _check_part("subject", text.subject, names) + _check_part("body", text.body, names)
    if problems:
        return problems
    tried = placeholders.sample(event, "en" if language == "en" else "id")
    return _try("subject", text.subject, tried, MAX_SUBJECT) + _try("body", text.body, tried, MAX_BODY)


def render(event: str, text: MessageText, values: Mapping[str, Any]) -> Rendered:
    """The text with its placeholders filled: one line of subject, and no NIK in either.

    Raises:
        BrokenTemplate: the template is not good for this event, or comes out too long.
    """
    names = placeholders.offered(event) or frozenset()
    problems = _check_part("subject", text.subject, names) + _check_part("body", text.body, names)
    if not problems:
        problems = _try("subject", text.subject, values, MAX_SUBJECT) + _try("body", text.body, values, MAX_BODY)
    if problems:
        raise BrokenTemplate(problems)
    return Rendered(
        subject=mask_nik(one_line(_compiled(text.subject).render(values))),
        body=mask_nik(_compiled(text.body).render(values).strip()),
    )


def fill(source: str, values: Mapping[str, Any]) -> str:
    """A text of this package with its placeholders filled.

    Raises:
        jinja2.TemplateError: a placeholder has no value.
    """
    return _compiled(source).render(values).strip()


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def _check_part(where: str, source: str, names: frozenset[str]) -> tuple[Problem, ...]:
    if not source.strip():
        return (Problem(where, "empty", f"Write a {where}."),)
    if len(source) > MAX_BODY:
        return (Problem(where, "too-long", f"Keep it under {MAX_BODY} characters."),)
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        return (Problem(where, "syntax-error", f"Line {error.lineno}: {error.message}"),)
    forbidden = [
        Problem(where, "not-allowed", f"{_name(node)} is not allowed: print placeholders, loop and choose only.")
        for node in tree.find_all(nodes.Node)
        if not _is_allowed(node)
    ]
    if forbidden:
        return tuple(forbidden)  # nothing of it is looked at any closer
    problems = []
    used = meta.find_undeclared_variables(tree)
    for name in sorted(used - names):
        known = ", ".join(sorted(names))
        problems.append(Problem(where, "unknown-placeholder", f"This event has no {name!r}. It has: {known}."))
    if where == "subject":
        problems += [
            Problem(where, "personal-data-in-subject", f"{name!r} may be personal data: keep it in the body.")
            for name in sorted(used & placeholders.PERSONAL)
        ]
    if has_nik(source):
        problems.append(Problem(where, "nik-in-text", "A number of the shape of a NIK stands in it: remove it."))
    return tuple(problems)


def _try(where: str, source: str, values: Mapping[str, Any], longest: int) -> tuple[Problem, ...]:
    try:
        result = _compiled(source).render(values)
    except (TemplateError, TypeError, ValueError) as error:
        return (Problem(where, "render-error", f"It does not render: {error}"),)
    if len(result) > longest:
        return (Problem(where, "too-long", f"It comes out at {len(result)} characters; at most {longest}."),)
    if not result.strip():
        return (Problem(where, "empty", "It comes out empty."),)
    return ()


def _is_allowed(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name in _FILTERS
    if isinstance(node, nodes.Getattr):
        return not node.attr.startswith("_")
    return isinstance(node, _NODES)


def _name(node: nodes.Node) -> str:
    return f"the filter {node.name!r}" if isinstance(node, nodes.Filter) else type(node).__name__
