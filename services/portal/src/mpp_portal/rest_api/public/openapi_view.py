"""An OpenAPI document as a list that can be read: operations by tag, their inputs and answers, the schemas below."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


def operations(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by their first tag, in the order of the document."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                told = item[method]
                tag = (told.get("tags") or ["other"])[0]
                found.setdefault(tag, []).append(_operation(path, method, told, item.get("parameters", ())))
    return found


def schemas(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The named schemas, each with its fields."""
    named = document.get("components", {}).get("schemas", {})
    return [
        {"name": name, "summary": schema.get("description", ""), "fields": _fields(schema), "type": type_of(schema)}
        for name, schema in named.items()
    ]


def type_of(schema: Any) -> str:
    """A schema in a few words: "string (uuid)", "list of EntryOut", "string or null"."""
    if not isinstance(schema, Mapping):
        return "any"
    if "$ref" in schema:
        return name_of(schema)
    for joint, word in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if joint in schema:
            return word.join(dict.fromkeys(type_of(part) for part in schema[joint]))
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items'))}"
    kind = schema.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def name_of(schema: Mapping[str, Any]) -> str:
    """The name at the end of a reference."""
    return str(schema["$ref"]).rpartition("/")[2]


def links_of(schema: Any) -> list[str]:
    """Names of the schemas that a schema points to, without those below them."""
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            return [name_of(schema)]
        parts = [
            schema.get("items"),
            *(part for joint in ("anyOf", "oneOf", "allOf") for part in schema.get(joint, ())),
        ]
        return list(dict.fromkeys(name for part in parts for name in links_of(part)))
    return []


def _operation(path: str, method: str, told: Mapping[str, Any], shared: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "id": told.get("operationId", f"{method}-{path}"),
        "method": method.upper(),
        "path": path,
        "summary": told.get("summary", ""),
        "description": told.get("description", ""),
        "parameters": [_parameter(one) for one in (*shared, *told.get("parameters", ())) if "name" in one],
        "body": _contents(told.get("requestBody", {}).get("content", {})),
        "answers": [
            {
                "status": status,
                "summary": answer.get("description", ""),
                "contents": _contents(answer.get("content", {})),
            }
            for status, answer in told.get("responses", {}).items()
        ],
    }


def _parameter(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": told["name"],
        "place": told.get("in", ""),
        "required": bool(told.get("required")),
        "type": type_of(told.get("schema")),
        "summary": told.get("description", ""),
    }


def _contents(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"media": media, "type": type_of(told.get("schema")), "links": links_of(told.get("schema"))}
        for media, told in content.items()
    ]


def _fields(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "type": type_of(told),
            "links": links_of(told),
            "required": name in required,
            "summary": told.get("description", ""),
        }
        for name, told in schema.get("properties", {}).items()
    ]
