"""Pods are closed, tell the truth, end in time, and ask only for what exists."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from mpp_cli.cluster.secrets import write_manifests
from mpp_cli.data_folder import DataFolder
from mpp_cli.edge.routes import EVERYTHING_ELSE, SERVICES
from mpp_cli.nats_config import load_agencies
from mpp_cli.secret_files import DATABASES
from mpp_cli.stack.databases import EXTENSIONS
from mpp_embedded import nats
from mpp_runtime.settings import Settings

from tests.integration.runtime.test_tls import Authority
from tests.k8s.rendered import (
    CONNECTORS,
    NATIONAL_CONNECTORS,
    OVERLAYS,
    PLACES,
    ROOT,
    Object,
    containers,
    environment,
    named,
    objects,
    ours,
    pod,
    workloads,
)

# The images' user (deploy/README.md). PostgreSQL's image has its own.
USER = 10001
OTHER_USERS = {"postgres": 999}
AGENCIES = {facts.code: facts for facts in load_agencies(ROOT / "definitions/agencies")}
WORKLOADS = [
    pytest.param(place, workload, id=f"{place.replace('/', '-')}-{workload['metadata']['name']}")
    for place in PLACES
    for workload in workloads(place)
]


@pytest.mark.parametrize(("place", "workload"), WORKLOADS)
def test_a_pod_is_closed(place: str, workload: Object) -> None:
    spec, name = pod(workload), workload["metadata"]["name"]
    user = OTHER_USERS.get(name, USER)
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    context = spec["securityContext"]
    assert (context["runAsNonRoot"], context["runAsUser"], context["fsGroup"]) == (True, user, user)
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(workload):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, container["name"]
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        # Throttling a process that is alone on its core makes it slow, and protects nobody.
        assert "cpu" not in container["resources"]["limits"]
        tag = container["image"].rpartition(":")[2]
        assert re.search(r"\d", tag), f"{container['image']}: say which version"
    account = named(place, "ServiceAccount", spec["serviceAccountName"])
    assert account["automountServiceAccountToken"] is False


@pytest.mark.parametrize("place", PLACES)
def test_the_namespace_holds_pods_to_the_restricted_standard(place: str) -> None:
    (namespace,) = (one for one in objects(place) if one["kind"] == "Namespace")
    labels = namespace["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {one["metadata"]["namespace"] for one in objects(place) if one["kind"] != "Namespace"} == {
        namespace["metadata"]["name"]
    }


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_in_a_manifest(place: str) -> None:
    assert not [one["metadata"]["name"] for one in objects(place) if one["kind"] == "Secret"]
    for one in objects(place):
        if one["kind"] == "ConfigMap":
            for name, value in one.get("data", {}).items():
                secret = re.search(r"SECRET|SEED|PASSWORD|KEYS?(_FILE)?$|DATABASE_URL", name)
                assert not secret or (name.endswith("_FILE") and value.startswith("/run/secrets/")), name


def references(place: str) -> Iterator[tuple[str, str]]:
    """(Secret or ConfigMap, name) that pods cannot start without."""
    for workload in workloads(place):
        for volume in pod(workload).get("volumes", ()):
            sources = volume.get("projected", {}).get("sources", [volume])
            for source in sources:
                if "secret" in source and not source["secret"].get("optional"):
                    yield "Secret", source["secret"].get("secretName") or source["secret"]["name"]
                if "configMap" in source:
                    yield "ConfigMap", source["configMap"]["name"]
        for container in containers(workload):
            for source in container.get("envFrom", ()):
                for key, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
                    if key in source:
                        yield kind, source[key]["name"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], dict[str, str]]:
    """(namespace, kind, name) to contents: what `mpp cluster secrets` makes."""
    data = DataFolder(tmp_path_factory.mktemp("made"))
    found = {}
    for path in write_manifests(data, list(AGENCIES.values()), "mpp", "postgres"):
        for one in yaml.safe_load_all(path.read_text()):
            key = (one["metadata"]["namespace"], one["kind"], one["metadata"]["name"])
            found[key] = one.get("stringData") or one["data"]
    return found


@pytest.mark.parametrize("place", PLACES)
def test_everything_a_pod_needs_is_made_by_somebody(place: str, made: Any) -> None:
    here = {(one["kind"], one["metadata"]["name"]) for one in objects(place)}
    (namespace,) = (one["metadata"]["name"] for one in objects(place) if one["kind"] == "Namespace")
    # The guide makes this one from what the signing agency prints.
    known = here | {("ConfigMap", "trust-roots")}
    known |= {("Secret", one["spec"]["secretName"]) for one in objects(place) if one["kind"] == "Certificate"}
    by_command = {(kind, name) for where, kind, name in made if where == namespace}
    if place == "overlays/national":
        # Outside come the Secrets, from CloudNativePG its authority; the public keys are made by the command here too.
        known |= {("Secret", name) for kind, name in here if kind == "ExternalSecret"}
        known |= {("Secret", "postgres-ca"), ("ConfigMap", "agency-keys")}
    else:
        known |= by_command
    assert set(references(place)) <= known


def test_what_comes_from_outside_is_what_the_command_makes(made: Any) -> None:
    outside = {one["metadata"]["name"] for one in objects("overlays/national") if one["kind"] == "ExternalSecret"}
    by_command = {name for where, kind, name in made if (where, kind) == ("mpp", "Secret")}
    # The store's own keys are the operator's; the one PostgreSQL of a single node has no place there.
    assert outside - {"applications-files", "postgres-backup"} == by_command - {"postgres"}


@pytest.mark.parametrize("place", OVERLAYS)
def test_a_service_is_asked_where_it_answers_and_ends_in_time(place: str) -> None:
    services = [
        one for one in workloads(place) if one["metadata"]["labels"].get("app.kubernetes.io/component") == "service"
    ]
    assert len(services) == 5
    told = named(place, "ConfigMap", "mall")["data"]
    drain, leave = int(told["MPP_DRAIN_SECONDS"]), int(told["MPP_LEAVE_SECONDS"])
    assert drain == Settings.model_fields["drain_seconds"].default
    for service in services:
        (container,) = pod(service)["containers"]
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "rest"}
        assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "rest"}
        assert container["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "rest"}
        # A check of readiness takes 2.5 s at most (mpp_runtime.health).
        assert container["readinessProbe"]["timeoutSeconds"] > 2.5
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        source = (
            ROOT / "services" / service["metadata"]["name"] / "src" / f"mpp_{service['metadata']['name']}" / "main.py"
        )
        (closing,) = re.findall(r"close=\[(.*?)\]", source.read_text(), re.S) or [""]
        # run_service: leaving, what is under way, background work, then each connection.
        needed = pause + leave + (drain + 1) + drain + 5 * len([one for one in closing.split(",") if one.strip()])
        assert pod(service)["terminationGracePeriodSeconds"] >= needed
        assert service["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
        assert {one["topologyKey"] for one in pod(service)["topologySpreadConstraints"]} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }


@pytest.mark.parametrize("place", OVERLAYS)
def test_a_service_with_a_database_waits_for_its_migration(place: str) -> None:
    for name in ("catalog", "identity", "applications", "notifications"):
        (gate,) = pod(named(place, "Deployment", name))["initContainers"]
        (migration,) = pod(named(place, "Job", f"{name}-migration"))["containers"]
        (service,) = pod(named(place, "Deployment", name))["containers"]
        assert gate["args"][:2] == ["migrate", "--check"]
        assert migration["args"] == ["migrate"]
        # Of one release all three.
        assert gate["image"] == migration["image"] == service["image"]


@pytest.mark.parametrize("place", PLACES)
def test_disruptions_and_scaling_name_what_exists(place: str) -> None:
    labels = {one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"] for one in workloads(place)}
    covered = set()
    for budget in (one for one in objects(place) if one["kind"] == "PodDisruptionBudget"):
        wanted = budget["spec"]["selector"]["matchLabels"].items()
        found = {name for name, own in labels.items() if wanted <= own.items()}
        assert found
        covered |= found
        assert budget["spec"]["maxUnavailable"] == 1
    lasting = {one["metadata"]["name"] for one in workloads(place) if one["kind"] != "Job"}
    # One copy by nature: a budget could only forbid to drain its node.
    assert lasting - covered <= {"mailbox", "postgres"}
    for scaler in (one for one in objects(place) if one["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")):
        target = scaler["spec"]["scaleTargetRef"]
        scaled = named(place, target["kind"], target["name"])
        assert "replicas" not in scaled["spec"], "applying the manifests again would undo what the autoscaler did"
        for metric in scaler["spec"].get("metrics", ()):
            if metric["type"] == "ContainerResource":
                names = {container["name"] for container in pod(scaled)["containers"]}
                assert metric["containerResource"]["container"] in names


def test_a_node_may_be_drained_and_every_service_still_answers() -> None:
    scalers = [one for one in objects("overlays/national") if one["kind"] == "HorizontalPodAutoscaler"]
    assert {one["spec"]["scaleTargetRef"]["name"] for one in scalers} >= {*SERVICES, EVERYTHING_ELSE}
    for scaler in scalers:
        assert scaler["spec"]["minReplicas"] >= 2, "one copy alone is gone while its node is drained"


@pytest.mark.parametrize("place", [*CONNECTORS, *NATIONAL_CONNECTORS])
def test_a_connector_scales_on_its_own_tasks_within_its_account(place: str) -> None:
    facts = AGENCIES[place.rpartition("/")[2]]
    (scaler,) = (one for one in objects(place) if one["kind"] in ("HorizontalPodAutoscaler", "ScaledObject"))
    spec = scaler["spec"]
    # The account admits two connections a copy, so that a roll-out has room, and no more.
    assert spec.get("maxReplicas", spec.get("maxReplicaCount")) == facts.copies
    assert spec.get("minReplicas", spec.get("minReplicaCount")) == 1
    if not facts.tasks:
        assert spec["metrics"][0]["type"] == "ContainerResource"
    elif scaler["kind"] == "ScaledObject":
        (trigger,) = spec["triggers"]
        told = trigger["metadata"]
        assert (told["account"], told["stream"], told["consumer"]) == ("CORE", "TASKS", facts.code)
        host, _, port = told["natsServerMonitoringEndpoint"].partition(":")
        assert host == "nats-servers.mpp.svc.cluster.local"
        ports = {one["port"] for one in named("overlays/national", "Service", "nats-servers")["spec"]["ports"]}
        assert int(port) in ports
    else:
        metric = spec["metrics"][0]["external"]["metric"]
        assert metric == {"name": "mpp_agency_tasks_waiting", "selector": {"matchLabels": {"agency": facts.code}}}
        assert "`mpp.agency_tasks.waiting`" in (ROOT / "docs/telemetry.md").read_text()
    assert environment(place, containers(named(place, "StatefulSet", "connector"))[0])
    assert all(ours(one) == f"connector-{facts.code}" for one in containers(named(place, "StatefulSet", "connector")))


@pytest.mark.parametrize("place", OVERLAYS)
def test_the_bus_accepts_its_configuration(place: str, made: Any, tmp_path: Path) -> None:
    """nats-server itself judges what is in git together with what the command makes."""
    text = named(place, "ConfigMap", "nats")["data"]["nats.conf"]
    assert "sync_interval: always" in text
    for secret in ("tls.crt", "tls.key", "ca.crt"):
        assert (secret in text) == (place == "overlays/national")
    folder = tmp_path / "nats-tls"
    if "national" in place:
        Authority().fill(folder)
    text = text.replace("/etc/nats-tls", str(folder)).replace('"/data"', json.dumps(str(tmp_path / "data")))
    (tmp_path / "nats.conf").write_text(text)
    (tmp_path / "accounts.conf").write_text(made[("mpp", "Secret", "nats-accounts")]["accounts.conf"])
    judged = subprocess.run(
        [str(nats.binary()), "-t", "-c", str(tmp_path / "nats.conf")],
        env={"POD_NAME": "nats-0"}, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stderr


def test_three_servers_are_three_in_every_place() -> None:
    servers = named("overlays/national", "StatefulSet", "nats")
    text = named("overlays/national", "ConfigMap", "nats")["data"]["nats.conf"]
    assert servers["spec"]["replicas"] == len(re.findall(r"nats-route://nats-\d\.nats-servers:6222", text)) == 3
    assert named("overlays/national", "ConfigMap", "mall")["data"]["MPP_NATS_REPLICAS"] == "3"
    (rule,) = pod(servers)["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["topologyKey"] == "kubernetes.io/hostname"


def test_the_database_keeps_every_acknowledged_commit_twice_and_goes_to_object_storage() -> None:
    spec = named("overlays/national", "Cluster", "postgres")["spec"]
    assert spec["instances"] == 3
    assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
    (plugin,) = spec["plugins"]
    store = named("overlays/national", "ObjectStore", plugin["parameters"]["barmanObjectName"])
    assert plugin["isWALArchiver"] is True
    assert store["spec"]["configuration"]["destinationPath"].startswith("s3://")
    assert named("overlays/national", "ScheduledBackup", "postgres")["spec"]["cluster"] == {"name": "postgres"}
    databases = {one["spec"]["name"]: one["spec"] for one in objects("overlays/national") if one["kind"] == "Database"}
    assert databases.keys() == set(DATABASES)
    assert {role["name"] for role in spec["managed"]["roles"]} == set(DATABASES)
    for name, database in databases.items():
        assert database["owner"] == name
        assert {extension["name"] for extension in database["extensions"]} == set(EXTENSIONS)
