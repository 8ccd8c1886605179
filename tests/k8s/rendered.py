"""What deploy/k8s makes: every place rendered by the real kustomize, once a run."""

import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "k8s"
OVERLAYS = ("overlays/local", "overlays/national")
CONNECTORS = ("connectors/dukcapil", "connectors/esign", "connectors/sdmk")
NATIONAL_CONNECTORS = tuple(place.replace("/", "/national/") for place in CONNECTORS)
PLACES = (*OVERLAYS, *CONNECTORS, *NATIONAL_CONNECTORS)
WORKLOADS = ("Deployment", "StatefulSet", "Job")

Object = dict[str, Any]


def render(folder: Path) -> str:
    """The manifests of a kustomization as one YAML stream. Raises AssertionError with kustomize's words."""
    kubectl = Path(sys.executable).parent / "kubectl"
    made = subprocess.run(
        [str(kubectl), "kustomize", str(folder)], capture_output=True, text=True, check=False, timeout=60
    )
    if made.returncode != 0 or made.stderr:
        raise AssertionError(f"{folder}: {made.stderr}")
    return made.stdout


@functools.cache
def text(place: str) -> str:
    """The manifests of a place."""
    return render(FOLDER / place)


@functools.cache
def objects(place: str) -> tuple[Object, ...]:
    """Every object of a place."""
    return tuple(yaml.load_all(text(place), Loader=yaml.CSafeLoader))


def named(place: str, kind: str, name: str) -> Object:
    """One object; a ConfigMap by the name it has without its hash."""
    for one in objects(place):
        own = one["metadata"]["name"]
        if one["kind"] == kind and (own == name or (kind == "ConfigMap" and own.rpartition("-")[0] == name)):
            return one
    raise KeyError(f"{place}: no {kind} {name}")


def workloads(place: str) -> list[Object]:
    """Everything that makes pods."""
    return [one for one in objects(place) if one["kind"] in WORKLOADS]


def pod(workload: Object) -> Object:
    """The pod's spec."""
    spec: Object = workload["spec"]["template"]["spec"]
    return spec


def containers(workload: Object) -> list[Object]:
    """Init containers too."""
    return [*pod(workload).get("initContainers", ()), *pod(workload)["containers"]]


def environment(place: str, container: Object) -> dict[str, str]:
    """Variables with a value known here, in the order the kubelet takes them; those of a Secret have none."""
    found: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        if "configMapRef" in source:
            (data,) = (
                one["data"]
                for one in objects(place)
                if one["kind"] == "ConfigMap" and one["metadata"]["name"] == source["configMapRef"]["name"]
            )
            found |= data
    found |= {one["name"]: one.get("value", "") for one in container.get("env", ())}
    return found


def ours(container: Object) -> str | None:
    """Which of the project's images this is: "catalog", "connector-sdmk"; None for others."""
    name = str(container["image"]).rpartition("/mpp-digital/")[2] if "/mpp-digital/" in container["image"] else None
    name = name or (container["image"].removeprefix("mpp-digital/") if "mpp-digital/" in container["image"] else None)
    return name.partition(":")[0].partition("@")[0] if name else None


def own_containers() -> Iterator[tuple[str, str, Object, Object]]:
    """(place, image, workload, container) of everything that runs the project's code."""
    for place in PLACES:
        for workload in workloads(place):
            for container in containers(workload):
                if image := ours(container):
                    yield place, image, workload, container
