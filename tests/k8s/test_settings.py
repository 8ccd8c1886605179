"""No manifest names a variable, a file or a command that the code does not know, and none that it needs is missing."""

import importlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from mpp_cli.cluster.secrets import write_manifests
from mpp_cli.data_folder import DataFolder
from mpp_cli.edge.routes import missing
from mpp_cli.nats_config import load_agencies
from mpp_connector import settings as connector_settings
from mpp_runtime.settings import Settings

from tests.k8s.rendered import ROOT, containers, environment, named, own_containers, pod, workloads

# Read by libraries, not by our settings: the object store's client, PostgreSQL's client, OpenSSL.
LIBRARIES = {"AWS_ENDPOINT", "AWS_REGION", "PGSSLMODE", "PGSSLROOTCERT", "SSL_CERT_FILE"}
SECRETS = Path("/run/secrets/mpp")
# What an operator puts into the store by hand.
BY_HAND = {"smtp-password"}
CASES = [
    pytest.param(*case, id="-".join((case[0].replace("/", "-"), case[2]["metadata"]["name"], case[3]["name"])))
    for case in own_containers()
]


def settings_class(image: str) -> type[Any] | None:
    """The class that reads a process' environment; the CLI's processes read none."""
    if image == "cli":
        return None
    if image.startswith("connector-"):
        return connector_settings.Settings
    module = importlib.import_module(f"mpp_{image}.settings")
    (found,) = {
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Settings) and value is not Settings
    }
    return found


def own_variables(image: str) -> set[str]:
    """Variables an agency's package reads beside the SDK's."""
    folder = ROOT / "connectors" / image.removeprefix("connector-") / "src"
    return {name for path in folder.rglob("*.py") for name in re.findall(r"MPP_[A-Z_]+", path.read_text())}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, str]]]:
    """What `mpp cluster secrets` makes: namespace, Secret, key."""
    folder = tmp_path_factory.mktemp("secrets")
    found: dict[str, dict[str, dict[str, str]]] = {}
    agencies = load_agencies(ROOT / "definitions/agencies")
    for path in write_manifests(DataFolder(folder), agencies, "mpp", "postgres", "an authority"):
        for one in yaml.safe_load_all(path.read_text()):
            contents = one.get("stringData") or one["data"]
            found.setdefault(one["metadata"]["namespace"], {})[f"{one['kind']}/{one['metadata']['name']}"] = contents
    return found


@pytest.mark.parametrize(("place", "image", "workload", "container"), CASES)
def test_every_variable_is_one_the_process_reads(place: str, image: str, workload: Any, container: Any) -> None:
    given = set(environment(place, container))
    settings = settings_class(image)
    if settings is None:
        assert not given
        return
    prefix = settings.model_config["env_prefix"]
    known = {f"{prefix}{field.upper()}{suffix}" for field in settings.model_fields for suffix in ("", "_FILE")}
    if image.startswith("connector-"):
        known |= own_variables(image)
    assert given <= known | LIBRARIES, f"{image} does not read {sorted(given - known - LIBRARIES)}"


@pytest.mark.parametrize(("place", "image", "workload", "container"), CASES)
def test_the_process_starts_with_what_it_is_given(
    place: str, image: str, workload: Any, container: Any, secrets: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its settings load from the ConfigMaps and from the Secret's files that are mounted, and from nothing else."""
    settings = settings_class(image)
    if settings is None:
        return
    for name in [name for name in os.environ if name.startswith("MPP_")]:
        monkeypatch.delenv(name)
    for name, content in mounted(workload, secrets).items():
        (tmp_path / name).write_text(content)
    for name, value in environment(place, container).items():
        if value.startswith(f"{SECRETS}/"):
            value = str(tmp_path / value.removeprefix(f"{SECRETS}/"))
            assert Path(value).exists(), f"{name}: {value} is not among the keys of the Secret"
        monkeypatch.setenv(name, value)
    if image.startswith("connector-"):
        loaded = connector_settings.load()
        assert loaded.own_keys()
        assert loaded.trusted_keys()
    else:
        assert settings.load().masked()


def mounted(workload: Any, secrets: Any) -> dict[str, str]:
    """The files at SECRETS."""
    (name,) = {v["secret"]["secretName"] for v in pod(workload)["volumes"] if v["name"] == "secrets"}
    found: dict[str, str] = dict(secrets[workload["metadata"]["namespace"]][f"Secret/{name}"])
    return found | dict.fromkeys(BY_HAND, "by hand")


def commands(image: str) -> dict[str, set[str]]:
    """Command to its options, as the parsers say."""
    if image.startswith("connector-"):
        return {"serve": set(), "ready": set(), "alive": set()}
    source = ROOT / "services" / image / "src" / f"mpp_{image}" / "__main__.py"
    names = set(re.findall(r'add_parser\("([a-z-]+)"', source.read_text()))
    found: dict[str, set[str]] = {name: set() for name in names}
    if "seed" in names:
        found["seed"] = set(re.findall(r'seed.add_argument\(\s*"(--[a-z-]+)"', source.read_text()))
    if "add_migrate_command" in source.read_text():
        migrate = ROOT / "libs/migrations/src/mpp_migrations/command.py"
        found["migrate"] = set(re.findall(r'add_argument\("(--[a-z-]+)"', migrate.read_text()))
    return found


@pytest.mark.parametrize(("place", "image", "workload", "container"), CASES)
def test_every_command_and_option_exists(place: str, image: str, workload: Any, container: Any) -> None:
    arguments = [str(word) for word in container["args"]]
    if image == "cli":
        module = container["command"][2]
        source = (ROOT / "cli/src" / module.replace(".", "/") / "__main__.py").read_text()
        options = set(re.findall(r'add_argument\("(--[a-z-]+)"', source))
        assert {word.partition("=")[0] for word in arguments} <= options
        return
    known = commands(image)
    assert arguments[0] in known
    assert {word for word in arguments if word.startswith("--")} <= known[arguments[0]]
    for probe in probes(container):
        if "exec" in probe:
            entry, folder, *more = probe["exec"]["command"]
            assert entry == "/app/bin/ready"
            assert folder == environment(place, container)["MPP_CONNECTOR_DATA_DIR"]
            assert more in ([], ["alive"])


def probes(container: Any) -> Iterator[Any]:
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        if name in container:
            yield container[name]


def test_the_edge_has_an_address_for_every_target() -> None:
    (edge,) = (one for one in workloads("overlays/local") if one["metadata"]["name"] == "edge")
    (routes,) = (word for word in containers(edge)[0]["args"] if word.startswith("--routes="))
    assert not missing(json.loads(routes.removeprefix("--routes=")))


def test_each_agency_with_a_connector_has_its_keys_published() -> None:
    job = named("overlays/local", "Job", "catalog-definitions")
    (volume,) = (one for one in pod(job)["volumes"] if one["name"] == "agency-keys")
    assert [item["path"] for item in volume["configMap"]["items"]] == [
        f"{facts.code}/public.jwks.json" for facts in load_agencies(ROOT / "definitions/agencies")
    ]
    assert [item["key"] for item in volume["configMap"]["items"]] == [
        f"{facts.code}.jwks.json" for facts in load_agencies(ROOT / "definitions/agencies")
    ]
