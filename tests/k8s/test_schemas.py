"""Every object fits the strict schema of the oldest Kubernetes that is promised; `make k8s-check` asks every later one."""

import copy
from typing import Any

import pytest

from tests.k8s.rendered import PLACES, named, objects
from tests.k8s.schemas import OLDEST, problems


@pytest.mark.parametrize("place", PLACES)
def test_every_object_fits_its_schema(place: str) -> None:
    assert [problem for one in objects(place) for problem in problems(one, OLDEST)] == []


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
