"""The way through an application: its steps, and what each question shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request

from mpp_portal.rest_api.citizen.own import File, Own
from mpp_portal.rest_api.form import (
    Field,
    FieldProblem,
    Form,
    Step,
    asked,
    placed,
    reads,
    typed,
    value_at,
    with_entries,
    with_sent_entries,
)


@dataclass(frozen=True)
class Source:
    """What a register holds for a question. `same`: the answer is still what it said."""

    agency: Any
    at: str
    value: Any
    same: bool


@dataclass(frozen=True)
class Question:
    """One field as it is shown: `given` stands in its inputs, `stored` is what another page saved meanwhile.

    `notes` are what an officer asks to be mended.
    """

    field: Field
    given: Sequence[str]
    problem: FieldProblem | None = None
    source: Source | None = None
    notes: Sequence[Any] = ()
    stored: Any = None
    differs: bool = False

    @property
    def value(self) -> str:
        return self.given[-1] if self.given else ""


@dataclass(frozen=True)
class Silence:
    """A register that did not fill anything in. `outcome`: "away", "not_found", "refused", "error" or "not-asked"."""

    agency: Any
    outcome: str


@dataclass(frozen=True)
class Way:
    """An application, its form and its day: what every page of the way needs."""

    file: File
    form: Form
    today: date
    problems: Sequence[FieldProblem] = field(default=())

    @classmethod
    def of(cls, file: File, form: Form, today: date) -> "Way":
        problems = placed(form, file["answers"], file["missing"], today)
        return cls(file, with_entries(form, file["answers"]), today, problems)

    def as_sent(self, given: Mapping[str, Sequence[str]]) -> "Way":
        """With as many entries of each list as the page had (input name → texts), whatever is stored."""
        return replace(self, form=with_sent_entries(self.form, given))

    def shown(self, step: Step, answers: Mapping[str, Any] | None = None) -> list[Field]:
        """The fields of a step that are asked by these answers, or the stored ones."""
        known = self.file["answers"] if answers is None else answers
        return [each for each in step.fields if asked(each, known, self.today)]

    def questions(
        self,
        fields: Iterable[Field],
        *,
        given: Mapping[str, Sequence[str]] | None = None,
        problems: Iterable[FieldProblem] = (),
        changed: bool = False,
    ) -> list[Question]:
        """Questions filled with the stored answers, or with what was typed (input name → texts).

        `changed`: the stored answers are another page's, shown beside what was typed.
        """
        wrong = {problem.field.pointer: problem for problem in problems if problem.field}
        told = []
        for each in fields:
            stored = value_at(self.file["answers"], each.pointer)
            texts = typed(each, stored) if given is None else list(given.get(each.name, ()))
            told.append(
                Question(
                    field=each,
                    given=texts,
                    problem=wrong.get(each.pointer),
                    source=self._source(each, stored),
                    notes=[item["note"] for item in self.file["corrections"] if item["target"] == each.pointer],
                    stored=stored,
                    differs=changed and texts != typed(each, stored),
                )
            )
        return told

    def _source(self, each: Field, stored: Any) -> Source | None:
        for lookup in self.file["lookups"]:
            if lookup["outcome"] == "found" and each.pointer in lookup["values"]:
                value = lookup["values"][each.pointer]
                at = lookup["as_of"] or lookup["asked_at"]
                return Source(lookup["agency_name"], at, value, value == stored)
        return None

    def silences(self, fields: Iterable[Field]) -> list[Silence]:
        """Registers that could have filled in some of these fields and did not."""
        pointers = {each.pointer for each in fields}
        outcomes = {lookup["code"]: lookup["outcome"] for lookup in self.file["lookups"]}
        return [
            Silence(rule.agency_name, outcomes.get(rule.code, "not-asked"))
            for rule in self.form.prefill
            if not pointers.isdisjoint(rule.fields) and outcomes.get(rule.code) != "found"
        ]

    def problems_of(self, step: Step) -> list[FieldProblem]:
        return [problem for problem in self.problems if problem.field in step.fields]

    @property
    def paper_problems(self) -> list[FieldProblem]:
        return [problem for problem in self.problems if problem.requirement]


async def way_of(own: Own, request: Request, id: UUID) -> Way:
    """Raises NotFound for an application that is not hers."""
    file = await own.file(request, id)
    return Way.of(file, await own.form(request, file), await own.today(request, file))


def watched(fields: Iterable[Field], within: Iterable[Field]) -> list[Field]:
    """Fields on a page that decide whether others on it are asked."""
    read = {pointer for each in fields for pointer in reads(each)}
    return [each for each in within if each.pointer in read]
