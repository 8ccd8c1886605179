"""Every RPC names its callers and is called; every event is heard or marked public; every route says who may call."""

import importlib
import re

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

from tests.architecture.tree import ROOT

OWNERS = ("applications", "catalog", "identity", "notifications")
PROTO_FILES = [f"mpp.{owner}.v1.{name}_pb2" for owner in OWNERS for name in (owner, "events")]


def descriptors() -> list[FileDescriptor]:
    return [importlib.import_module(name).DESCRIPTOR for name in PROTO_FILES]


def option(of: object, name: str) -> object:
    descriptors()
    extension = descriptor_pool.Default().FindExtensionByName(f"mpp.options.v1.{name}")
    return of.GetOptions().Extensions[extension]  # type: ignore[attr-defined]


def methods() -> list[MethodDescriptor]:
    return [
        method for file in descriptors() for service in file.services_by_name.values() for method in service.methods
    ]


@pytest.mark.parametrize("method", methods(), ids=lambda method: method.full_name)
def test_every_rpc_names_its_callers_and_each_of_them_calls_it(method: MethodDescriptor) -> None:
    callers = list(option(method, "callers"))  # type: ignore[call-overload]
    assert callers, f"{method.full_name}: say who may call it with option (mpp.options.v1.callers)"
    for caller in callers:
        assert caller in OWNERS, f"{method.full_name} names an unknown caller '{caller}'"
        source = "\n".join(path.read_text() for path in (ROOT / "services" / caller / "src").rglob("*.py"))
        stub = f"{method.containing_service.name}Stub"
        assert stub in source and re.search(rf"\.{method.name}\(", source), (  # noqa: PT018
            f"{caller} may call {method.full_name} but does not: take it out of the callers, or call it"
        )


def test_every_event_has_a_listener_or_is_public() -> None:
    listening = {
        owner: "\n".join(path.read_text() for path in (ROOT / "services" / owner / "src").rglob("*.py"))
        for owner in OWNERS
    }
    for file in descriptors():
        if not file.name.endswith("events.proto"):
            continue
        publisher = file.package.split(".")[1]
        for message in file.message_types_by_name.values():
            if message.name == "Standing":
                continue  # a part of events, not one
            heard = [owner for owner, source in listening.items() if owner != publisher and message.name in source]
            public = bool(option(message, "public"))
            assert public or heard, f"{message.full_name}: nobody listens; mark it public or take it out"
            published = re.search(rf"\b{message.name}\b", listening[publisher])
            assert published, f"{message.full_name} is never published"
