"""Templates.Check names what is wrong with a template, and what a template may do is little."""

from pathlib import Path

import pytest
import yaml
from mpp_notifications.domain.facts import MessageText
from mpp_notifications.domain.placeholders import sample
from mpp_notifications.domain.templates import BrokenTemplate, render
from mpp_notifications.use_cases.check_template import check_template

ISSUED = "mpp.applications.v1.DocumentIssued"
RETURNED = "mpp.applications.v1.CorrectionRequested"
DEFINITIONS = sorted((Path(__file__).parents[3] / "definitions" / "public_services").glob("*.yaml"))


def codes(subject: str = "Izin {{ number }}", body: str = "Unduh {{ document_url }}", **other: str) -> set[str]:
    asked = {"event": ISSUED, "language": "id", **other}
    return {problem.code for problem in check_template(subject=subject, body=body, **asked)}


def test_a_good_template_has_no_problem() -> None:
    assert codes() == set()
    body = "{% for c in corrections %}{{ c.label }}: {{ c.note }}{% endfor %}{% if reason %}{{ reason }}{% endif %}"
    assert codes(event=RETURNED, body=body) == set()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"subject": "Izin {{ nomor }}"}, "unknown-placeholder"),
        ({"body": "{{ corrections }}"}, "unknown-placeholder"),
        ({"subject": "Untuk {{ name }}"}, "personal-data-in-subject"),
        ({"subject": "{{ reason }}", "event": RETURNED}, "personal-data-in-subject"),
        ({"subject": " "}, "empty"),
        ({"body": ""}, "empty"),
        ({"subject": "{% if name %}x{% endif %}"}, "personal-data-in-subject"),
        ({"body": "{{ number"}, "syntax-error"),
        ({"body": "{% if number %}"}, "syntax-error"),
        ({"body": "NIK 3314104708929001"}, "nik-in-text"),
        ({"language": ""}, "missing-language"),
        ({"language": "jv"}, "unknown-language"),
        ({"event": "mpp.applications.v1.TaskClaimed"}, "unknown-event"),
        ({"body": "{{ number.nothing }}"}, "render-error"),
        ({"body": "{% for c in corrections %}{{ c.name }}{% endfor %}", "event": RETURNED}, "render-error"),
        ({"subject": "x" * 151}, "too-long"),
        ({"subject": "{% if not number %}x{% endif %}"}, "empty"),
    ],
)
def test_each_problem_has_its_code(changed: dict[str, str], code: str) -> None:
    assert code in codes(**changed)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "body",
    [
        "{{ number.__class__ }}",
        "{{ number.upper() }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 99999999 }}",
        "{% set x = 1 %}x",
        "{% include 'x' %}",
        "{% macro m() %}{% endmacro %}x",
        "{{ number|attr('x') }}",
        "{{ cycler }}",
        "{{ range(9) }}",
        "{{ number['x'] }}",
    ],
)
def test_nothing_but_printing_looping_and_choosing_is_allowed(body: str) -> None:
    assert codes(body=body) & {"not-allowed", "unknown-placeholder"}
    with pytest.raises(BrokenTemplate):
        render(ISSUED, MessageText("x", body), sample(ISSUED, "id"))


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_the_texts_of_the_shipped_definitions_are_good(path: Path) -> None:
    definition = yaml.safe_load(path.read_text(encoding="utf-8"))
    for event, by_language in definition.get("messages", {}).items():
        for language, text in by_language.items():
            assert check_template(event=f"mpp.applications.v1.{event}", language=language, **text) == ()
