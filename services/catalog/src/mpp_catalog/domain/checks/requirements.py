"""What is asked for: each paper once, in one shape, with facts that fit it."""

from collections.abc import Iterator, Mapping
from typing import Any

from mpp_catalog.domain.checks.form import check_expression
from mpp_catalog.domain.checks.problem import Problem

# Facts of a paper; a choice has none of its own, its alternatives have them.
_FACTS = ("validity", "copies", "form_code", "obtained_at")


def check_requirements(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything about the `requirements` of a definition."""
    schema, codes = document["form"]["schema"], set()
    for r, requirement in enumerate(document["requirements"]):
        where = f"/requirements/{r}"
        if ("any_of" in requirement) == ("file" in requirement) or ("file" in requirement) != ("kind" in requirement):
            yield Problem(
                where,
                f"'{requirement['code']}' is either one paper (kind and file) or a choice (any_of): "
                "take out one or add what is missing",
            )
        if "any_of" in requirement and (stray := [fact for fact in _FACTS if fact in requirement]):
            yield Problem(
                f"{where}/{stray[0]}",
                f"'{requirement['code']}' is a choice: move {', '.join(stray)} to the alternatives it is true of",
            )
        for place, paper in [
            (where, requirement),
            *((f"{where}/any_of/{a}", alternative) for a, alternative in enumerate(requirement.get("any_of", []))),
        ]:
            if paper["code"] in codes:
                yield Problem(
                    f"{place}/code",
                    f"code '{paper['code']}' names two papers: attachments are filed by it, rename one",
                )
            codes.add(paper["code"])
            if "when" in paper:
                yield from check_expression(schema, paper["when"], f"{place}/when")
            if "copies" in paper and paper.get("kind") == "scan":
                yield Problem(
                    f"{place}/copies",
                    f"'{paper['code']}' is a scan, and one upload is enough: take out copies or make it a copy",
                )
