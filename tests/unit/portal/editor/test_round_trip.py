"""What the editor shows of a definition, sent back untouched, is that very definition: of all that are shipped."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from mpp_portal.rest_api.editor import form_pages
from mpp_portal.rest_api.editor.inputs import inputs, sent
from mpp_portal.rest_api.editor.reading import document_of
from mpp_portal.rest_api.editor.sections import FIXED, SECTIONS, closed, editable, opened, restricted

ROOT = Path(__file__).resolve().parents[4]
SCHEMA = json.loads((ROOT / "definitions/schemas/service-definition.schema.json").read_text())
FILES = sorted((ROOT / "definitions/public_services").glob("*.yaml"))
# What a browser may send at once (rest_api/posting.py).
MOST_FIELDS = 2000


def shipped(path: Path) -> Any:
    """As the catalogue tells it: dates are texts."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def definition(request: pytest.FixtureRequest) -> Any:
    return shipped(request.param)


def test_there_are_definitions() -> None:
    assert len(FILES) >= 28


def test_the_whole_as_inputs_and_back(definition: Any) -> None:
    schema, document = editable(SCHEMA), opened(definition)
    pairs = sent(inputs(schema, document))
    # Made upon nothing: every value has to travel through the inputs.
    read = document_of(schema, pairs, {})
    assert read == document
    assert closed(read, definition) == definition


def test_each_section_alone_changes_nothing_else(definition: Any) -> None:
    for section in SECTIONS:
        schema = restricted(editable(SCHEMA), section)
        document = opened(definition)
        pairs = sent(inputs(schema, document))
        assert len(pairs) < MOST_FIELDS, section.code
        read = closed(document_of(schema, pairs, document), definition)
        assert read == definition, section.code
        assert list(read) == list(definition), "in the order it had"


def test_the_form_as_pages_and_back(definition: Any) -> None:
    form = definition["form"]
    pages = form_pages.pages_of(form)
    assert form_pages.form_of(pages, form) == form
    assert all(field["kind"] != "other" for page in pages for field in page["fields"])


def test_every_part_of_a_definition_is_edited_on_exactly_one_page() -> None:
    parts = [part for section in SECTIONS for part in section.parts]
    assert len(parts) == len(set(parts))
    standard = {f"/standard/{name}" for name in SCHEMA["properties"]["standard"]["properties"]}
    whole = {f"/{name}" for name in SCHEMA["properties"]} - {"/standard", "/form"} | standard
    assert {*parts, *FIXED} - {"/form/pages", "/form/rules"} == whole
