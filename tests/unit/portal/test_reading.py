"""Dates, times and texts as people read them, and OpenAPI as a list that can be read."""

import pytest
from mpp_portal.rest_api import formats, openapi_view
from mpp_portal.rest_api.texts import TEXTS


@pytest.mark.parametrize(
    ("iso", "language", "written"),
    [
        ("2026-12-07", "id", "7 Desember 2026"),
        ("2026-12-07", "en", "7 December 2026"),
        ("2026-12-31T18:00:00Z", "id", "1 Januari 2027"),
        (None, "id", ""),
        ("", "en", ""),
    ],
)
def test_dates(iso: str | None, language: str, written: str) -> None:
    assert formats.day(iso, language) == written


@pytest.mark.parametrize(
    ("iso", "language", "written"),
    [
        ("2026-11-24T08:10:00Z", "id", "24 November 2026, 15.10 WIB"),
        ("2026-11-24T15:10:00+07:00", "en", "24 November 2026, 15:10 WIB"),
        ("2026-11-24T23:30:00+09:00", "id", "24 November 2026, 21.30 WIB"),
        (None, "id", ""),
    ],
)
def test_moments_say_their_zone(iso: str | None, language: str, written: str) -> None:
    assert formats.moment(iso, language) == written


def test_a_text_is_said_in_the_other_language_rather_than_not_at_all() -> None:
    assert formats.say({"id": "Ya", "en": "Yes"}, "en") == "Yes"
    assert formats.say({"id": "Ya", "en": ""}, "en") == "Ya"
    assert formats.say(None, "id") == ""


def test_every_sentence_is_there_in_both_languages_with_the_same_gaps() -> None:
    for key, text in TEXTS.items():
        assert text.id.strip(), key
        assert text.en.strip(), key
        assert text.id.count("{") == text.en.count("{"), key


@pytest.mark.parametrize(
    ("schema", "words", "links"),
    [
        ({"type": "string", "format": "uuid"}, "string (uuid)", []),
        ({"$ref": "#/components/schemas/Thing"}, "Thing", ["Thing"]),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "list of Thing", ["Thing"]),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null", []),
        ({"anyOf": [{"$ref": "#/x/A"}, {"$ref": "#/x/B"}]}, "A or B", ["A", "B"]),
        ({"allOf": [{"$ref": "#/x/A"}]}, "A", ["A"]),
        ({"enum": ["id", "en"]}, '"id" | "en"', []),
        ({"const": True}, "true", []),
        ({"type": ["string", "null"]}, "string or null", []),
        (True, "any", []),
        (None, "any", []),
    ],
)
def test_a_schema_in_a_few_words(schema: object, words: str, links: list[str]) -> None:
    assert openapi_view.type_of(schema) == words
    assert openapi_view.links_of(schema) == links


def test_operations_are_grouped_by_their_tag_with_inputs_and_answers() -> None:
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    document = {
        "paths": {
            "/a/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"tags": ["things"], "responses": {"200": {"description": "It", "content": body}}},
                "post": {"requestBody": {"content": body}, "responses": {}},
            }
        },
        "components": {"schemas": {"Thing": {"properties": {"x": {"type": "integer"}}, "required": ["x"]}}},
    }
    found = openapi_view.operations(document)
    assert list(found) == ["things", "other"]
    (get,) = found["things"]
    assert (get["method"], get["path"], get["parameters"][0]["required"]) == ("GET", "/a/{id}", True)
    assert get["answers"] == [
        {
            "status": "200",
            "summary": "It",
            "contents": [{"media": "application/json", "type": "Thing", "links": ["Thing"]}],
        }
    ]
    assert found["other"][0]["body"][0]["type"] == "Thing"
    (thing,) = openapi_view.schemas(document)
    assert thing["fields"][0] == {"name": "x", "type": "integer", "links": [], "required": True, "summary": ""}


def test_a_document_that_says_nothing_is_an_empty_list() -> None:
    assert openapi_view.operations({}) == {}
    assert openapi_view.schemas({}) == []
