"""docs/kubernetes-objects.md: a table of everything that deploy/k8s makes, written from what kustomize renders."""

from tests.k8s.rendered import PLACES, ROOT, Object, containers, objects, pod

PAGE = ROOT / "docs" / "kubernetes-objects.md"
HEAD = """# What deploy/k8s makes

Made by `python -m tests.k8s objects` from what kustomize renders; a test holds it fresh. How to use it:
[deploy to your cluster](deploy-to-your-cluster.md).
"""


def page() -> str:
    """The whole document."""
    return "\n".join([HEAD, *(section(place) for place in PLACES)])


def section(place: str) -> str:
    """One place: its objects by kind, then what runs."""
    found = objects(place)
    by_kind: dict[str, list[str]] = {}
    for one in found:
        name = one["metadata"]["name"]
        by_kind.setdefault(one["kind"], []).append(name.rpartition("-")[0] if one["kind"] == "ConfigMap" else name)
    lines = [f"## `deploy/k8s/{place}`", "", f"{len(found)} objects.", "", "| kind | names |", "|---|---|"]
    lines += [f"| {kind} | {', '.join(sorted(names))} |" for kind, names in sorted(by_kind.items())]
    lines += ["", "| runs | image and command | requests | memory limit |", "|---|---|---|---|"]
    for one in sorted(found, key=lambda one: str(one["metadata"]["name"])):
        if "template" in one.get("spec", {}) and "containers" in one["spec"]["template"].get("spec", {}):
            lines += [row(one, container) for container in containers(one)]
    return "\n".join([*lines, ""])


def row(workload: Object, container: Object) -> str:
    """One container."""
    first = container in pod(workload).get("initContainers", ())
    what = f"{workload['kind']} {workload['metadata']['name']}" + (f", first: {container['name']}" if first else "")
    words = [str(word) for word in container.get("args", ())][:3]
    command = " ".join(word if len(word) < 30 else f"{word[:20]}..." for word in words)
    requests, limits = container["resources"]["requests"], container["resources"]["limits"]
    asked = f"{requests['cpu']}, {requests['memory']}"
    return f"| {what} | `{container['image']}` `{command}` | {asked} | {limits['memory']} |"
