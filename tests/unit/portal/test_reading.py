"""OpenAPI as a list that can be read."""

import pytest
from mpp_portal.rest_api.public import openapi_view


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
