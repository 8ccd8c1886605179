"""The form of an imported definition: only what its papers and fees cannot do without."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mpp_catalog.domain.checks import Problem
from mpp_catalog.domain.expressions import answer_fields
from mpp_catalog.domain.sippn.words import both

_YES_NO = [{"value": "yes", "label": both("Ya", "Yes")}, {"value": "no", "label": both("Tidak", "No")}]
_COMPARED_WITH_TEXT = re.compile(r"answers\.([\w.]+)\s*[!=]=\s*[\"']")


def form_of(papers: Sequence[Mapping[str, Any]], formulas: Sequence[str], missing: list[Problem]) -> dict[str, Any]:
    """A question for each paper that not everyone needs, the fields that fees are computed from, a declaration."""
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_closed()}
    layout: list[dict[str, Any]] = []
    conditional = [paper for paper in papers if "when" in paper]
    fields = []
    for paper in conditional:
        question = ("conditions", str(paper["code"]).replace("-", "_"))
        _add(schema, question, {"enum": ["yes", "no"]})
        label = both(f"Apakah perlu: {paper['name']['id']}?", f"Is this needed: {paper['name']['en']}?")
        fields.append({"path": f"/{'/'.join(question)}", "label": label, "options": _YES_NO})
    if fields:
        layout.append({"title": both("Keadaan Anda", "Your situation"), "fields": fields})
        codes = ", ".join(paper["code"] for paper in conditional)
        missing.append(Problem("/form", f"the file tells no conditions, so people are asked: write those of {codes}"))
    read = list(dict.fromkeys(path for formula in formulas for path in answer_fields(formula)))
    texts = {found for formula in formulas for found in _COMPARED_WITH_TEXT.findall(formula)}
    for path in read:
        text = ".".join(path) in texts
        _add(schema, path, {"type": "string", "maxLength": 60} if text else {"type": "integer", "minimum": 0})
    if read:
        named = [{"path": f"/{'/'.join(path)}", "label": both(" ".join(path).replace("_", " "))} for path in read]
        layout.append({"title": both("Dasar perhitungan biaya", "What the fee is computed from"), "fields": named})
        missing.append(Problem("/form", "say in words what the fee is computed from, and which answers there are"))
    _add(schema, ("declaration",), {"const": True})
    label = both("Saya menyatakan data ini benar", "I declare that these data are true")
    layout.append({"title": both("Pernyataan", "Declaration"), "fields": [{"path": "/declaration", "label": label}]})
    missing.append(Problem("/form", "add what else the form has to ask"))
    return {"schema": schema, "layout": layout, "rules": []}


def _closed() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": [], "properties": {}}


def _add(schema: dict[str, Any], path: tuple[str, ...], field: dict[str, Any]) -> None:
    name, *rest = path
    if name not in schema["required"]:
        schema["required"].append(name)
    if rest:
        _add(schema["properties"].setdefault(name, _closed()), tuple(rest), field)
    else:
        schema["properties"][name] = field
