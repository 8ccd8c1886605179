"""What the editor shows of a definition, sent back untouched, is that very definition: of all that are shipped."""

from typing import Any

import pytest
from mpp_portal.rest_api.editor import form_pages
from mpp_portal.rest_api.editor.inputs import inputs, sent
from mpp_portal.rest_api.editor.reading import document_of
from mpp_portal.rest_api.editor.sections import FIXED, SECTIONS, closed, editable, opened, restricted

from tests.unit.portal.editor.shipped import SCHEMA, SHIPPED

# What a browser may send at once (rest_api/posting.py).
MOST_FIELDS = 2000
EDITABLE = editable(SCHEMA)
RESTRICTED = {section.code: restricted(EDITABLE, section) for section in SECTIONS}


@pytest.fixture(params=SHIPPED)
def definition(request: pytest.FixtureRequest) -> Any:
    return SHIPPED[request.param]


def test_there_are_definitions() -> None:
    assert len(SHIPPED) >= 28


def test_the_whole_as_inputs_and_back(definition: Any) -> None:
    document = opened(definition)
    # Made upon nothing: every value has to travel through the inputs.
    read = document_of(EDITABLE, sent(inputs(EDITABLE, document)), {})
    assert read == document
    assert closed(read, definition) == definition


def test_each_section_alone_changes_nothing_else(definition: Any) -> None:
    document = opened(definition)
    for code, schema in RESTRICTED.items():
        pairs = sent(inputs(schema, document))
        assert len(pairs) < MOST_FIELDS, code
        read = closed(document_of(schema, pairs, document), definition)
        assert read == definition, code
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
