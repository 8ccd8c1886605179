"""The YAML of a draft: it reads back to the same document, and looks like our files."""

import json
import random
import re
from typing import Any

import pytest
from mpp_catalog.domain.as_yaml import as_yaml
from mpp_catalog.domain.canonical import canonical_json
from mpp_catalog.storage.definition_files import parse

from tests.unit.catalog.shipped import folder

SCHEMA = folder().schemas["service-definition"]
STRANGE = [
    *"a:#-'\"{}[],&*!|>%@`\\~?= \n\t\r\x07\x7f\x85\xa0\u2028\ufeff\ufffe😀é01.e_",
    *("yes", "no", "null", "2026-01-01", "0o7", "12:30", "<<", "...", "---", "1e3", ".inf"),
]


@pytest.mark.parametrize("file", folder().definitions, ids=lambda file: file.path.rpartition("/")[2])
def test_a_published_version_reads_back_and_keeps_the_order_of_our_files(file: Any) -> None:
    # As it is stored: its keys sorted, so that the order of the file is lost.
    text = as_yaml(json.loads(canonical_json(file.document)), SCHEMA)
    assert parse("again", text).document == file.document
    assert list(parse("again", text).document) == [key for key in SCHEMA["properties"] if key in file.document]
    assert re.search(r'^version: "2026\.\d+"$', text, re.MULTILINE)
    assert re.search(r"^effective_from: 2026-\d\d-\d\d$", text, re.MULTILINE)
    assert "\n\nstandard:\n  procedure:\n    - {id: " in text or "\n\nstandard:\n  procedure:\n    - id: " in text
    # Fields come as the layout shows them, not by the alphabet.
    shown = [field["path"] for group in file.document["form"]["layout"] for field in group["fields"]]
    properties = parse("again", text).document["form"]["schema"]["properties"]
    tops = list(dict.fromkeys(path.split("/")[1] for path in shown))
    assert list(properties) == tops
    for field in (field for group in file.document["form"]["layout"] for field in group["fields"] if "entry" in field):
        inner = properties[field["path"].strip("/")]["items"]["properties"]
        assert [f"/{name}" for name in inner] == [each["path"] for each in field["entry"]["fields"]]


def test_whatever_somebody_types_reads_back() -> None:
    luck = random.Random(33)

    def typed() -> str:
        return "".join(luck.choice(STRANGE) for _ in range(luck.choice((0, 1, 2, 3, 6))))

    def value(depth: int = 0) -> Any:
        kind = luck.random()
        if kind < 0.6 or depth > 3:
            return typed()
        if kind < 0.7:
            return luck.choice((None, True, 0, -3, 1.5, 1e-7, 1e16, 10**25))
        if kind < 0.85:
            return [value(depth + 1) for _ in range(luck.randrange(4))]
        return {typed(): value(depth + 1) for _ in range(luck.randrange(4))}

    for _ in range(300):
        document = {typed(): value() for _ in range(3)}
        assert parse("typed", as_yaml(document, SCHEMA)).document == document
