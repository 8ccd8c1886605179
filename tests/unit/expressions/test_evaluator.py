"""The expression language as it is loaded here; that its command line stays away is held by tests/architecture."""

import mpp_expressions
import pytest
from mpp_expressions import cel


def test_it_evaluates_with_functions_of_ours() -> None:
    program = cel.compile("twice(answers.years) >= 4 && today.startsWith('2026')")
    context = cel.Context({"answers": {"years": 2}, "today": "2026-11-24"}, {"twice": lambda number: number * 2})
    assert program.execute(context) is True
    assert set(program.variables()) == {"answers", "today"}


def test_a_mistake_is_an_error_and_no_value() -> None:
    with pytest.raises(ValueError, match="answers"):
        cel.compile("answers. +")
    with pytest.raises((KeyError, RuntimeError, ValueError)):
        cel.compile("answers.years > 1").execute(cel.Context({"answers": {}}))


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mpp_expressions, "find_spec", lambda _name: None)
    with pytest.raises(ModuleNotFoundError, match="common-expression-language"):
        mpp_expressions._evaluator()
