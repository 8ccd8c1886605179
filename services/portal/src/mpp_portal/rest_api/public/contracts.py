"""The contracts as developers read them: protos and the AsyncAPI document, read once at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Contracts:
    """What is shown.

    Attributes:
        protos: text by path, "mpp/catalog/v1/catalog.proto".
        asyncapi_text: the AsyncAPI document as it is.
        asyncapi: the same, parsed.
    """

    protos: Mapping[str, str]
    asyncapi_text: str
    asyncapi: Mapping[str, Any]

    @classmethod
    def read(cls, protos_dir: Path, asyncapi_file: Path) -> "Contracts":
        """Raises OSError or ValueError if they are not there: the portal does not start without what it promises."""
        protos = {
            path.relative_to(protos_dir).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(protos_dir.rglob("*.proto"))
        }
        if not protos:
            raise ValueError(f"no .proto file below {protos_dir}")
        text = asyncapi_file.read_text(encoding="utf-8")
        return cls(protos, text, yaml.load(text, Loader=yaml.CSafeLoader))

    def events(self) -> dict[str, list[dict[str, Any]]]:
        """The events by publishing service, each with its fields."""
        found: dict[str, list[dict[str, Any]]] = {}
        messages = self.asyncapi["components"]["messages"]
        for name, channel in self.asyncapi["channels"].items():
            message = messages[name]
            found.setdefault(message["tags"][0]["name"], []).append(
                {
                    "name": message["title"],
                    "type": name,
                    "subject": channel["address"],
                    "summary": message["summary"],
                    "listeners": message["x-listeners"],
                    "fields": self._fields(name),
                }
            )
        return found

    def parts(self) -> list[dict[str, Any]]:
        """What events are made of: shared messages and enums."""
        schemas = self.asyncapi["components"]["schemas"]
        parts = [name for name in schemas if name != "Headers" and name not in self.asyncapi["channels"]]
        return [
            {
                "type": name,
                "summary": schemas[name]["description"].partition("\n")[0],
                "fields": self._fields(name),
                "values": [line.removeprefix("* ") for line in schemas[name]["description"].splitlines()[2:]],
            }
            for name in parts
        ]

    def headers(self) -> list[dict[str, Any]]:
        """The headers of every event."""
        headers = self.asyncapi["components"]["schemas"]["Headers"]
        return [
            {"name": name, "summary": schema.get("description", ""), "required": name in headers["required"]}
            for name, schema in headers["properties"].items()
        ]

    def _fields(self, name: str) -> list[dict[str, str]]:
        properties = self.asyncapi["components"]["schemas"][name].get("properties", {})
        return [
            {"name": field, "type": _type(schema), "part": _part(schema), "summary": schema.get("description", "")}
            for field, schema in properties.items()
        ]


def _part(schema: Mapping[str, Any]) -> str:
    """Full name of the shared message or enum a field holds; empty for a plain value."""
    if "allOf" in schema:
        return str(schema["allOf"][0]["$ref"]).rpartition("/")[2]
    return _part(schema["items"]) if "items" in schema else ""


def _type(schema: Mapping[str, Any]) -> str:
    if part := _part(schema):
        return part.rpartition(".")[2]
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    return " ".join(filter(None, [str(schema.get("type", "")), str(schema.get("format", ""))]))
