"""Generate docs/asyncapi.yaml and docs/events.md from protos/: `python libs/protos/asyncapi.py [--out DIR]`.

Everything comes from the contracts: an event is a message of an `events.proto` that names listeners or is public, its
comments are the descriptions. tests/contract/test_events.py regenerates both files and compares.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import grpc_tools  # type: ignore[import-untyped]
import yaml
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message_factory import GetMessageClassesForFiles
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
PAGE = Path(__file__).with_name("events_page.md")
OPTIONS = "mpp/options/v1/options.proto"
TIMESTAMP = "google.protobuf.Timestamp"

Field = descriptor_pb2.FieldDescriptorProto
INTEGERS = {Field.TYPE_INT32, Field.TYPE_SINT32, Field.TYPE_UINT32, Field.TYPE_FIXED32, Field.TYPE_SFIXED32}
# proto3 JSON writes 64-bit integers as strings.
STRINGS = {Field.TYPE_STRING, Field.TYPE_INT64, Field.TYPE_UINT64, Field.TYPE_SINT64, Field.TYPE_FIXED64}

HEADERS: dict[str, dict[str, Any]] = {
    "Nats-Msg-Id": {"type": "string", "format": "uuid", "description": "The event's id: JetStream drops a repeat."},
    "ce-specversion": {"type": "string", "const": "1.0", "description": "CloudEvents version."},
    "ce-id": {"type": "string", "format": "uuid", "description": "The event's id, a UUIDv7."},
    "ce-source": {"type": "string", "pattern": "^/mpp/[a-z]+$", "description": "The service that publishes."},
    "ce-type": {"type": "string", "description": "Full proto name of the event."},
    "ce-subject": {"type": "string", "description": "The key: what the event is about, for example an application id."},
    "ce-time": {
        "type": "string",
        "format": "date-time",
        "description": "When it happened: RFC 3339 in UTC with six decimals and Z, as it is hashed.",
    },
    "ce-dataschema": {"type": "string", "description": "urn:mpp:proto: followed by the full proto name."},
    "ce-version": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "Version of the key: 1, 2, 3, no gap."},
    "ce-prevhash": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "ce-hash of the version before; 64 zeros for version 1.",
    },
    "ce-hash": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256, see docs/events.md."},
    "content-type": {"type": "string", "const": "application/json"},
    "traceparent": {"type": "string", "description": "W3C Trace Context of the request that caused the event."},
}
OPTIONAL_HEADERS = {"traceparent"}


@dataclass(frozen=True)
class Event:
    """A fact one service publishes."""

    service: str
    name: str
    full_name: str
    description: str
    listeners: tuple[str, ...]
    public: bool
    regional: bool

    @property
    def subject(self) -> str:
        """NATS subject; `{region}` is the code of the mall's region, dots included."""
        return f"{self.full_name}.{{region}}" if self.regional else self.full_name


class Contracts:
    """The event files of protos/, with their comments."""

    def __init__(self) -> None:
        self._files = _read()
        pool = descriptor_pool.DescriptorPool()
        for file in self._files:
            pool.Add(file)
        # Read anew by a class of this pool, because only that one knows our extensions.
        self._message_options = GetMessageClassesForFiles(["google/protobuf/descriptor.proto", OPTIONS], pool)[
            "google.protobuf.MessageOptions"
        ]
        self._comments = {file.name: _comments(file) for file in self._files}
        self._messages = {
            f"{file.package}.{message.name}": (file, index, message)
            for file in self._files
            for index, message in enumerate(file.message_type)
        }
        self._enums = {
            f"{file.package}.{enum.name}": (file, index, enum)
            for file in self._files
            for index, enum in enumerate(file.enum_type)
        }

    def services(self) -> dict[str, str]:
        """The services that publish, with what their file says of its facts."""
        return {
            file.package.split(".")[1]: self._comment(file.name, 2)
            for file in self._files
            if file.name.endswith("events.proto")
        }

    def events(self) -> Iterator[Event]:
        """Every event, in the order of the files."""
        for full_name, (file, index, message) in self._messages.items():
            if not file.name.endswith("events.proto"):
                continue
            listeners, public = self._audience(message)
            if not listeners and not public:
                if any(full_name == used for _, _, other in self._messages.values() for used in _types(other)):
                    continue  # a part of events, not one
                raise SystemExit(f"{full_name}: name its listeners, or mark it public")
            yield Event(
                service=file.package.split(".")[1],
                name=message.name,
                full_name=full_name,
                description=self._comment(file.name, 4, index),
                listeners=listeners,
                public=public,
                regional=self._names_a_mall(message),
            )

    def schema(self, full_name: str) -> dict[str, Any]:
        """JSON Schema of the proto3 JSON of a message. Proto3 leaves out fields with their default value."""
        file, index, message = self._messages[full_name]
        return {
            "type": "object",
            "description": self._comment(file.name, 4, index),
            "properties": {
                field.json_name: self._field(field, self._comment(file.name, 4, index, 2, place))
                for place, field in enumerate(message.field)
            },
        }

    def enum(self, full_name: str) -> dict[str, Any]:
        """JSON Schema of an enum, with the comment of each value."""
        file, index, enum = self._enums[full_name]
        told = [
            f"* `{value.name}`: {self._comment(file.name, 5, index, 2, place)}"
            for place, value in enumerate(enum.value)
        ]
        return {
            "type": "string",
            "description": "\n".join([self._comment(file.name, 5, index), "", *told]),
            "enum": [value.name for value in enum.value],
        }

    def used_by(self, full_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The schemas a message needs, itself first."""
        yield full_name, self.schema(full_name)
        for used in _types(self._messages[full_name][2]):
            if used in self._enums:
                yield used, self.enum(used)
            elif used != TIMESTAMP:
                yield from self.used_by(used)

    def _audience(self, message: descriptor_pb2.DescriptorProto) -> tuple[tuple[str, ...], bool]:
        options = self._message_options.FromString(message.options.SerializeToString())
        told = {field.name: value for field, value in options.ListFields() if field.is_extension}
        return tuple(told.get("listeners", ())), bool(told.get("public", False))

    def _names_a_mall(self, message: descriptor_pb2.DescriptorProto) -> bool:
        parts = [self._messages[used][2] for used in _types(message) if used in self._messages]
        return any(field.name == "mall" for part in (message, *parts) for field in part.field)

    def _field(self, field: Field, comment: str) -> dict[str, Any]:
        name = field.type_name.lstrip(".")
        if name == TIMESTAMP:
            schema: dict[str, Any] = {"type": "string", "format": "date-time"}
        elif field.type in (Field.TYPE_MESSAGE, Field.TYPE_ENUM):
            schema = {"allOf": [{"$ref": f"#/components/schemas/{name}"}]}
        elif field.type in STRINGS:
            schema = {"type": "string"}
        elif field.type in INTEGERS:
            schema = {"type": "integer", "format": "int32"}
        elif field.type == Field.TYPE_BOOL:
            schema = {"type": "boolean"}
        else:
            raise SystemExit(f"{field.name}: say here how proto3 JSON writes its type")
        if field.label == Field.LABEL_REPEATED:
            schema = {"type": "array", "items": schema}
        return {**schema, "description": comment}

    def _comment(self, file: str, *path: int) -> str:
        return self._comments[file].get(path, "")


def document(contracts: Contracts) -> dict[str, Any]:
    """The AsyncAPI 3 document of the bus."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for event in contracts.events():
        key = event.full_name
        channels[key] = {
            "address": event.subject,
            "summary": event.description,
            **({"parameters": {"region": {"$ref": "#/components/parameters/region"}}} if event.regional else {}),
            "messages": {event.name: {"$ref": f"#/components/messages/{key}"}},
        }
        operations[f"{event.service}.publishes.{event.name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{key}"},
            "summary": f"{event.service} publishes it from its ledger.",
            "tags": [{"name": event.service}],
        }
        for listener in event.listeners:
            operations[f"{listener}.hears.{event.name}"] = {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{key}"},
                "summary": f"{listener} listens.",
                "tags": [{"name": listener}],
            }
        messages[key] = {
            "name": key,
            "title": event.name,
            "summary": event.description,
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/Headers"},
            "payload": {"$ref": f"#/components/schemas/{key}"},
            "tags": [{"name": event.service}],
            "x-public": event.public,
            "x-listeners": list(event.listeners),
        }
        schemas |= dict(contracts.used_by(key))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MPP Digital: facts on the bus",
            "version": "1.0.0",
            "description": "Facts the services publish on NATS JetStream: at least once, in order per key, without "
            "personal data. Headers are CloudEvents 1.0 (binary mode) with a version and a hash chain; bodies are "
            "proto3 JSON, in which fields with their default value are left out. "
            "docs/events.md tells how to check the chain.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "bus": {
                "host": "localhost:4222",
                "protocol": "nats",
                "description": "JetStream, one stream per publishing service (CATALOG, APPLICATIONS, ...). Inside the "
                "platform only: agencies speak docs/connector-protocol.md.",
            }
        },
        "channels": channels,
        "operations": operations,
        "components": {
            "parameters": {
                "region": {"description": "Kemendagri code of the mall's region, dots included: 33.14 is two tokens."}
            },
            "messages": messages,
            "schemas": {
                "Headers": {
                    "type": "object",
                    "required": [name for name in HEADERS if name not in OPTIONAL_HEADERS],
                    "properties": HEADERS,
                },
                **dict(sorted(schemas.items())),
            },
        },
    }


def page(contracts: Contracts) -> str:
    """docs/events.md."""
    parts = []
    events = list(contracts.events())
    for service, about in contracts.services().items():
        parts += [
            f"### {service}",
            "",
            f"Stream `{service.upper()}`. {about}",
            "",
            "| event | what it says | who hears it |",
        ]
        parts += ["|---|---|---|"]
        for event in events:
            if event.service == service:
                heard = ", ".join(event.listeners) or "public"
                region = " + region" if event.regional else ""
                parts.append(f"| `{event.name}`{region} | {event.description} | {heard} |")
        parts.append("")
    return PAGE.read_text(encoding="utf-8").replace("<!-- events -->\n", "\n".join(parts[:-1]) + "\n")


@cache
def _read() -> tuple[descriptor_pb2.FileDescriptorProto, ...]:
    files = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "descriptors"
        well_known = Path(grpc_tools.__file__).parent / "_proto"
        arguments = ["protoc", f"-I{PROTOS}", f"-I{well_known}", f"--descriptor_set_out={out}", "--include_imports"]
        if protoc.main([*arguments, "--include_source_info", *files]) != 0:
            raise SystemExit("protoc failed")
        return tuple(descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file)


def _comments(file: descriptor_pb2.FileDescriptorProto) -> dict[tuple[int, ...], str]:
    return {
        tuple(location.path): re.sub(r"\s+", " ", location.leading_comments).strip()
        for location in file.source_code_info.location
        if location.leading_comments
    }


def _types(message: descriptor_pb2.DescriptorProto) -> list[str]:
    return [field.type_name.lstrip(".") for field in message.field if field.type_name]


class _Dumper(yaml.SafeDumper):
    """Writes out what is used twice instead of pointing to it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(out: Path) -> None:
    """Writes both files below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    contracts = Contracts()
    told = "# Generated from protos/ by libs/protos/asyncapi.py. Do not edit.\n"
    text = yaml.dump(document(contracts), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    (out / "asyncapi.yaml").write_text(told + text, encoding="utf-8")
    (out / "events.md").write_text(page(contracts), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder to write to")
    write(parser.parse_args().out)


if __name__ == "__main__":
    main()
