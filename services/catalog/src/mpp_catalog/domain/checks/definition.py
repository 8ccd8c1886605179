"""A whole definition: what its parts say of each other and of the world outside it."""

import string
from collections.abc import Iterator, Mapping
from typing import Any

from mpp_catalog.domain.canonical import canonical_json
from mpp_catalog.domain.checks.costs import check_fees
from mpp_catalog.domain.checks.form import check_expression, check_form, check_pointer
from mpp_catalog.domain.checks.problem import Known, Problem
from mpp_catalog.domain.checks.requirements import check_requirements
from mpp_catalog.domain.checks.shape import check_shape
from mpp_catalog.domain.checks.times import check_times
from mpp_catalog.domain.checks.workflow import check_workflow
from mpp_catalog.domain.merge_patch import KEYED_LISTS

NUMBER_FIELDS = ("sequence", "mall_code", "year")


def check_definition(document: Any, schema: dict[str, Any], known: Known) -> list[Problem]:
    """Every problem of a definition; the deeper ones only once its shape is right."""
    problems = check_shape(document, schema)
    if problems:
        return problems
    return [
        *_check_codes(document),
        *check_times(document),
        *check_form(document["form"]),
        *check_requirements(document),
        *_check_agencies(document, known),
        *check_workflow(document, known),
        *check_fees(document),
        *_check_outputs(document, known),
        *_check_messages(document, known),
        *_check_sources(document, "", known),
        *_check_canonical(document),
    ]


def _check_codes(document: Mapping[str, Any]) -> Iterator[Problem]:
    for path in KEYED_LISTS:
        for where, entries in _lists(document, path, ""):
            seen: set[str] = set()
            for position, entry in enumerate(entries):
                if entry["code"] in seen:
                    yield Problem(
                        f"{where}/{position}/code", f"code '{entry['code']}' is used twice in this list: rename one"
                    )
                seen.add(entry["code"])


def _lists(value: Any, path: tuple[str, ...], where: str) -> Iterator[tuple[str, list[Any]]]:
    if not path:
        yield where, value
    elif path[0] == "*":
        for position, entry in enumerate(value):
            yield from _lists(entry, path[1:], f"{where}/{position}")
    elif path[0] in value:
        yield from _lists(value[path[0]], path[1:], f"{where}/{path[0]}")


def _check_agencies(document: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    schema, code = document["form"]["schema"], document["code"]

    def exists(agency: str, where: str) -> Iterator[Problem]:
        if agency not in known.agencies:
            yield Problem(
                where, f"there is no agency '{agency}': add definitions/agencies/{agency}.yaml or correct the code"
            )

    yield from exists(document["owner"]["agency"], "/owner/agency")
    for s, state in enumerate(document["workflow"]["states"]):
        if "desk" in state:
            yield from exists(state["desk"]["agency"], f"/workflow/states/{s}/desk/agency")
    for p, prefill in enumerate(document["prefill"]):
        where, agency = f"/prefill/{p}", known.agencies.get(prefill["agency"])
        yield from exists(prefill["agency"], f"{where}/agency")
        if agency and prefill["lookup"] not in agency.lookups:
            yield Problem(
                f"{where}/lookup",
                f"agency '{agency.code}' answers no lookup '{prefill['lookup']}', "
                f"only {list(agency.lookups)}: use one of them",
            )
        for pointer in prefill["fields"]:
            yield from check_pointer(schema, pointer, f"{where}/fields")
    outputs = {output["code"] for output in document["outputs"]}
    used = {state["task"] for state in document["workflow"]["states"] if "task" in state}
    for t, task in enumerate(document["tasks"]):
        where, agency = f"/tasks/{t}", known.agencies.get(task["agency"])
        yield from exists(task["agency"], f"{where}/agency")
        if agency and not agency.may_answer(task["name"], code):
            yield Problem(
                f"{where}/name",
                f"agency '{agency.code}' has no grant for task '{task['name']}' of '{code}': "
                f"add it to connector.tasks in definitions/agencies/{agency.code}.yaml",
            )
        for pointer in task.get("answers", []):
            yield from check_pointer(schema, pointer, f"{where}/answers")
        if "document" in task and task["document"] not in outputs:
            yield Problem(
                f"{where}/document", f"there is no output '{task['document']}': name one of {sorted(outputs)}"
            )
        if task["code"] not in used:
            yield Problem(where, f"no state of the workflow gives task '{task['code']}': use it or take it out")


def _check_outputs(document: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    desks = {
        (state["desk"]["role"], state["desk"]["agency"]) for state in document["workflow"]["states"] if "desk" in state
    }
    for o, output in enumerate(document["outputs"]):
        where = f"/outputs/{o}"
        if output["template"] not in known.templates:
            yield Problem(
                f"{where}/template",
                f"there is no definitions/templates/{output['template']}.typ: add it or correct the name",
            )
        if output["valid_until"] is not None:
            yield from check_expression(document["form"]["schema"], output["valid_until"], f"{where}/valid_until")
        signer = (output["signer_desk"]["role"], output["signer_desk"]["agency"])
        if signer not in desks:
            yield Problem(
                f"{where}/signer_desk",
                f"no state has the desk {signer[0]} of {signer[1]}: the signer must have seen the file, "
                "name a desk of the workflow",
            )
        yield from _check_number(output["number"], f"{where}/number")


def _check_number(pattern: str, where: str) -> Iterator[Problem]:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]
        if unknown := [name for name in names if name not in NUMBER_FIELDS]:
            yield Problem(where, f"unknown {unknown} in the numbering pattern: it may use {', '.join(NUMBER_FIELDS)}")
            return
        pattern.format(sequence=1, mall_code="33.14", year=2026)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        yield Problem(where, f"the numbering pattern cannot be used: {error}; correct the braces")
        return
    if "sequence" not in names or "year" not in names:
        yield Problem(
            where, "the pattern needs {sequence} and {year}, or two documents could have one number: add them"
        )


def _check_messages(document: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    for event in document["messages"]:
        if event not in known.events:
            yield Problem(
                f"/messages/{event}", f"mpp.applications.v1 has no event '{event}': use one of {sorted(known.events)}"
            )


def _check_sources(value: Any, where: str, known: Known) -> Iterator[Problem]:
    if where.startswith("/form/schema"):
        return
    if isinstance(value, Mapping):
        source = value.get("source")
        if isinstance(source, str) and source not in known.sources:
            yield Problem(
                f"{where}/source", f"'{source}' is not in definitions/sources.yaml: add where the fact was read"
            )
        for key, item in value.items():
            yield from _check_sources(item, f"{where}/{key}", known)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _check_sources(item, f"{where}/{position}", known)


def _check_canonical(document: Any) -> Iterator[Problem]:
    try:
        canonical_json(document)
    except ValueError as error:
        yield Problem("/", str(error))
