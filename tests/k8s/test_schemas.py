"""Every object fits the strict schema of the oldest Kubernetes promised; `make k8s-check` asks every later one too."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.k8s.rendered import FOLDER, PLACES, named, objects, render
from tests.k8s.schemas import OLDEST, problems


@pytest.mark.parametrize("place", PLACES)
def test_every_object_fits_its_schema(place: str) -> None:
    assert [problem for one in objects(place) for problem in problems(one, OLDEST)] == []


def test_the_database_can_be_made_anew_as_it_was(tmp_path: Path) -> None:
    """The component of the guide's section on going back to a moment."""
    (tmp_path / "k8s").symlink_to(FOLDER)
    (tmp_path / "mall").mkdir()
    kustomization = {
        "resources": ["../k8s/overlays/national"],
        "components": ["../k8s/components/postgres-recovery"],
    }
    (tmp_path / "mall" / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    (cluster,) = (one for one in yaml.safe_load_all(render(tmp_path / "mall")) if one["kind"] == "Cluster")
    assert problems(cluster, OLDEST) == []
    (before,) = cluster["spec"]["externalClusters"]
    (archive,) = cluster["spec"]["plugins"]
    assert cluster["spec"]["bootstrap"]["recovery"]["source"] == before["name"]
    # It reads what was archived, and never writes over it.
    assert before["plugin"]["parameters"]["barmanObjectName"] == archive["parameters"]["barmanObjectName"]
    assert before["plugin"]["parameters"]["serverName"] == cluster["metadata"]["name"]
    assert archive["parameters"]["serverName"] != cluster["metadata"]["name"]


@pytest.mark.parametrize(
    ("kind", "name", "path", "value"),
    [
        ("Deployment", "catalog", ("spec", "template", "spec", "teminationGracePeriodSeconds"), 60),
        ("Deployment", "catalog", ("spec", "template", "spec", "containers", 0, "readinesProbe"), {}),
        ("NetworkPolicy", "catalog", ("spec", "policyType"), ["Ingress"]),
        ("Certificate", "catalog", ("spec", "renewbefore"), "1h"),
        ("Cluster", "postgres", ("spec", "postgresql", "synchronous", "method"), "some"),
        ("HTTPRoute", "mall", ("spec", "rules", 0, "backendRefs", 0, "prt"), 1),
        ("ExternalSecret", "catalog", ("spec", "target", "deletionpolicy"), "Retain"),
        ("ScheduledBackup", "postgres", ("spec", "schedule"), "30 2 * * *"),
    ],
)
def test_a_misspelling_is_found(kind: str, name: str, path: tuple[Any, ...], value: Any) -> None:
    wrong = copy.deepcopy(named("overlays/national", kind, name))
    place: Any = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert problems(wrong, OLDEST)
