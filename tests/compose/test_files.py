"""The Dockerfile and compose.yaml, held to their promises without a Docker engine."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mpp_cli.data_folder import DataFolder
from mpp_cli.edge.routes import missing
from mpp_cli.install.parts import parts
from mpp_cli.nats_config import load_agencies
from mpp_cli.secret_files import ensure_secrets
from pydantic_settings import BaseSettings

from tests.architecture.tree import packages
from tests.compose.files import DOCKERFILE, ROOT, compose, image_names, instructions, ours, services, stage

SETTINGS = {
    "catalog": "CatalogSettings",
    "identity": "IdentitySettings",
    "applications": "ApplicationsSettings",
    "notifications": "NotificationsSettings",
    "portal": "PortalSettings",
}
IMAGE_ENVIRONMENT = dict(
    re.findall(r"(MPP_\w+)=(\S+)", " ".join(rest for word, rest in stage("service") if word == "ENV"))
)
ONCE = {
    "secrets",
    "databases",
    "seed",
    "esign-authority",
    *(f"{name}-migrate" for name in SETTINGS if name != "portal"),
}


def test_there_is_an_image_for_every_program() -> None:
    programs = {
        package.distribution.removeprefix("mpp-")
        for package in packages()
        if package.folder.parent.name in {"services", "connectors"} or package.folder.name == "cli"
    } - {"connector-sdk"}
    assert programs == set(image_names())


def test_an_image_is_nothing_but_copies() -> None:
    """From scratch, as a user by number, with an entry point no shell is needed for; what builds is not in it."""
    last = stage("image")
    assert last[0] == ("FROM", "scratch AS image")
    assert {word for word, _ in last} <= {"FROM", "COPY", "ARG", "LABEL", "ENV", "USER", "ENTRYPOINT", "CMD"}
    assert all(rest.startswith("--from=") for word, rest in last if word == "COPY")
    assert ("USER", "10001:10001") in last
    for name in ("image", "service", "connector", "command"):
        for word, rest in stage(name):
            if word in {"ENTRYPOINT", "CMD"}:
                assert isinstance(json.loads(rest), list), f"{word} {rest}: exec form"
            assert word not in {"RUN", "USER", "HEALTHCHECK"} or rest == "10001:10001", f"{name}: {word} {rest}"


def test_the_dockerfile_builds_with_every_builder() -> None:
    text = DOCKERFILE.read_text()
    assert not re.search(r"^#\s*syntax=|--mount=|--link|--chmod|<<", text, re.MULTILINE)
    assert not any(word == "ADD" for word, _ in instructions())


def test_nothing_is_installed_without_its_hash() -> None:
    installs = [
        part for _, rest in instructions() for part in rest.split("&&") if re.search(r"\bpip\b.*\binstall\b", part)
    ]
    assert len(installs) == 4
    for install in installs:
        # Our own packages come from wheels built two lines above, from no index at all.
        assert "--no-deps" in install
        assert "--require-hashes" in install or "--no-index" in install, install


@pytest.mark.parametrize("name", sorted(ours()))
def test_a_container_may_do_nothing_it_does_not_need(name: str) -> None:
    container = services()[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in container
    if name == "secrets":
        assert container["network_mode"] == "none"
    else:
        assert "user" not in container
        assert "cap_add" not in container


@pytest.mark.parametrize("name", sorted(set(services()) - ONCE - {"collector"}))
def test_what_runs_for_long_is_watched_and_comes_back(name: str) -> None:
    container = services()[name]
    assert container["restart"] == "unless-stopped"
    assert container["healthcheck"]["test"][0] == "CMD"
    assert container["stop_grace_period"] in {"30s", "60s"}


def test_a_step_that_ends_is_waited_for() -> None:
    """Else `up --wait` would call a step that ended well a failure."""
    waited = {
        before
        for one in services().values()
        for before, how in one.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    assert waited == ONCE
    assert all(services()[name]["restart"] == "no" for name in ONCE)


def test_only_the_edge_can_be_reached_and_only_from_here() -> None:
    published = {name: one["ports"] for name, one in services().items() if "ports" in one}
    assert published == {"edge": ["127.0.0.1:${MPP_PORT:-8080}:8080"]}
    networks = compose()["networks"]
    assert {name for name, network in networks.items() if not network.get("internal")} == {"public"}
    assert {name for name, one in services().items() if "public" in one.get("networks", [])} == {"edge"}
    agencies = {name for name, one in services().items() if "agencies" in one.get("networks", [])}
    assert agencies == {"nats", "collector", "dukcapil", "sdmk", "esign"}
    assert all(services()[name]["networks"] == ["agencies"] for name in agencies - {"nats", "collector"})


def settings_of(service: str) -> type[BaseSettings]:
    module = importlib.import_module(f"mpp_{service}.settings")
    return getattr(module, SETTINGS[service])  # type: ignore[no-any-return]


@pytest.mark.parametrize("service", sorted(SETTINGS))
def test_a_service_is_told_what_it_asks_for_and_nothing_it_does_not_know(service: str) -> None:
    told = {**IMAGE_ENVIRONMENT, **services()[service]["environment"]}
    fields = settings_of(service).model_fields
    known = {f"MPP_{name.upper()}" for name in fields}
    files = {f"{name}_FILE" for name in known}
    unknown = set(services()[service]["environment"]) - known - files
    assert not unknown, f"{service} reads no {sorted(unknown)}"
    given = {name.removesuffix("_FILE") if name in files and name not in known else name for name in told}
    lacking = {f"MPP_{name.upper()}" for name, field in fields.items() if field.is_required()} - given
    assert not lacking, f"{service} is not told {sorted(lacking)}"


def secret_files(environment: dict[str, str]) -> set[str]:
    return {value.removeprefix("/run/mpp/") for value in environment.values() if str(value).startswith("/run/mpp/")}


def test_every_part_gets_exactly_the_secrets_it_reads(tmp_path: Path) -> None:
    agencies = load_agencies(ROOT / "definitions" / "agencies")
    data = DataFolder(tmp_path)
    secrets = ensure_secrets(data, [agency.code for agency in agencies])
    handed: dict[str, set[str]] = {}
    for part, name, content in parts(data, secrets, agencies):
        assert content.strip()
        handed.setdefault(part, set()).add(name)
    assert {"nats", "postgres", "databases"} <= handed.keys()
    for part in set(handed) - {"nats", "postgres", "databases"}:
        container = services()[part]
        assert f"secrets-{part}:/run/mpp:ro" in container["volumes"]
        others = {volume for volume in container["volumes"] if volume.startswith("secrets")} - {
            f"secrets-{part}:/run/mpp:ro"
        }
        assert not others, f"{part} sees {others}"
        read = secret_files(container["environment"])
        assert {name for name in handed[part] if not name.startswith("agencies/")} == read, part
    mounted = {volume.partition(":/parts/")[2] for volume in services()["secrets"]["volumes"]} - {""}
    assert mounted == set(handed) | {"bus", "trust"}


def test_the_edge_knows_every_target() -> None:
    argument = next(word for word in services()["edge"]["command"] if word.startswith("--routes="))
    routes = json.loads(argument.removeprefix("--routes="))
    assert not missing(routes)
    assert {url.split("/")[2].partition(":")[0] for url in routes.values()} <= set(services())


def test_the_subset_of_the_lock_keeps_hashes_and_refuses_what_is_not_locked(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "deploy" / "docker"))
    try:
        subset: Any = importlib.import_module("subset")
    finally:
        sys.path.remove(str(ROOT / "deploy" / "docker"))
    entries = subset.locked((ROOT / "requirements.lock").read_text())
    assert len(entries) > 100
    assert all("--hash=sha256:" in entry for entry in entries.values())
    command = [sys.executable, "deploy/docker/subset.py", "mpp-nothing", str(tmp_path)]
    unknown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert unknown.returncode != 0
    assert "no package here is called mpp-nothing" in unknown.stderr
