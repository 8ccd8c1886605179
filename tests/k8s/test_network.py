"""Who may speak to whom is what the code says, in both directions, and nothing else."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from mpp_cli.edge.routes import EVERYTHING_ELSE, SERVICES, target_of

from tests.k8s.rendered import (
    CONNECTORS,
    NATIONAL_CONNECTORS,
    OVERLAYS,
    PLACES,
    containers,
    environment,
    named,
    objects,
    ours,
    pod,
    workloads,
)
from tests.k8s.test_settings import settings_class

WITH_DATABASE = ("catalog", "identity", "applications", "notifications")
REST, GRPC, METRICS = 8080, 9090, 9464
Edge = tuple[str, str, int]


def policies(place: str) -> Iterator[Any]:
    return (one for one in objects(place) if one["kind"] == "NetworkPolicy")


def matches(selector: Any, labels: dict[str, str]) -> bool:
    """As the API says: every label and every expression."""
    wanted = selector.get("matchLabels", {}).items()
    expressions = selector.get("matchExpressions", ())
    assert all(one["operator"] == "In" for one in expressions)
    return all(labels.get(key) == value for key, value in wanted) and all(
        labels.get(one["key"]) in one["values"] for one in expressions
    )


def pods_of(place: str) -> dict[str, dict[str, str]]:
    """Workload to the labels of its pods; PostgreSQL's are made by its operator where there is one."""
    found = {one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"] for one in workloads(place)}
    for one in objects(place):
        if one["kind"] == "Cluster":
            found["postgres"] = one["spec"]["inheritedMetadata"]["labels"]
    return found


def chosen(place: str, peer: Any) -> set[str]:
    """The workloads a peer means; what lies outside this place by the name of its namespace's label, or its network."""
    if "ipBlock" in peer:
        return {peer["ipBlock"]["cidr"]}
    if "namespaceSelector" in peer:
        return {f"{key}={value}" for key, value in peer["namespaceSelector"]["matchLabels"].items()}
    return {name for name, labels in pods_of(place).items() if matches(peer["podSelector"], labels)}


def edges(place: str, direction: str) -> set[Edge]:
    """(from, to, port) as the policies of one direction allow it."""
    found: set[Edge] = set()
    side, type_ = ("from", "Ingress") if direction == "ingress" else ("to", "Egress")
    for policy in policies(place):
        if type_ not in policy["spec"]["policyTypes"]:
            continue
        own = {n for n, labels in pods_of(place).items() if matches(policy["spec"]["podSelector"], labels)}
        for rule in policy["spec"].get(direction, ()):
            peers = {name for peer in rule.get(side, ()) for name in chosen(place, peer)} or {"anybody"}
            for port in rule["ports"]:
                pairs = ((peer, name) if side == "from" else (name, peer) for peer in peers for name in own)
                found |= {(source, target, port["port"]) for source, target in pairs}
    return found


def of_services(found: Iterable[Edge], port: int) -> set[tuple[str, str]]:
    """Jobs count as the service whose image they run."""
    return {(source.partition("-")[0], target) for source, target, at in found if at == port and "=" not in source}


@pytest.mark.parametrize("place", OVERLAYS)
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_calls_between_services_are_those_the_settings_have_an_address_for(place: str, direction: str) -> None:
    in_code = set()
    for service in WITH_DATABASE:
        fields = settings_class(service).model_fields  # type: ignore[union-attr]
        in_code |= {(service, name.removesuffix("_grpc")) for name in fields if name.endswith("_grpc")}
    assert of_services(edges(place, direction), GRPC) == in_code


@pytest.mark.parametrize("place", OVERLAYS)
def test_the_catalogue_calls_only_whom_publishing_needs(place: str) -> None:
    calls = {(source, target) for source, target, port in edges(place, "egress") if port == GRPC}
    assert {target for source, target in calls if source == "catalog-definitions"} == {"notifications"}
    assert {target for source, target in calls if source == "catalog"} == {"identity", "notifications"}


@pytest.mark.parametrize("place", OVERLAYS)
def test_both_ends_of_every_edge_allow_it(place: str) -> None:
    inside = set(pods_of(place))
    leaving = {edge for edge in edges(place, "egress") if edge[0] in inside and edge[1] in inside}
    entering = {edge for edge in edges(place, "ingress") if edge[0] in inside and edge[1] in inside}
    # The edge takes whoever comes: people first of all.
    entering |= {edge for edge in leaving if ("anybody", *edge[1:]) in edges(place, "ingress")}
    assert leaving == entering


@pytest.mark.parametrize("place", OVERLAYS)
def test_who_reaches_the_database_and_the_bus(place: str) -> None:
    for target, port in (("postgres", 5432), ("nats", 4222)):
        sources = {s.partition("-")[0] for s, t, at in edges(place, "egress") if (t, at) == (target, port)}
        assert sources - {target} == set(WITH_DATABASE)


@pytest.mark.parametrize("place", OVERLAYS)
def test_only_the_door_reaches_what_people_reach(place: str) -> None:
    door = "edge" if "local" in place else "mpp-digital/gateway=public"
    inside = {"catalog", "applications", "notifications"} if "local" in place else set()
    into = {(s.partition("-")[0] if s not in (door,) else s, t) for s, t, at in edges(place, "ingress") if at == REST}
    expected = {(door, service) for service in (*SERVICES, EVERYTHING_ELSE)}
    expected |= {(service, "identity") for service in inside}
    assert {edge for edge in into if edge[1] != "edge"} == expected


@pytest.mark.parametrize("place", PLACES)
def test_everything_that_is_not_allowed_is_denied(place: str) -> None:
    (deny,) = (one for one in policies(place) if one["metadata"]["name"] == "default-deny")
    assert deny["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    namespaces = {one["metadata"].get("namespace") for one in workloads(place)}
    assert namespaces == {deny["metadata"]["namespace"]}


@pytest.mark.parametrize("place", [*CONNECTORS, *NATIONAL_CONNECTORS])
def test_a_connector_speaks_to_the_bus_and_a_collector_and_takes_no_call(place: str) -> None:
    assert not edges(place, "ingress")
    out = {edge for edge in edges(place, "egress") if edge[2] != 53}
    expected = {("connector", "kubernetes.io/metadata.name=mpp", 4222)}
    if place in NATIONAL_CONNECTORS:
        expected |= {("connector", "kubernetes.io/metadata.name=monitoring", 4318)}
    assert out == expected
    labels = named(place, "StatefulSet", "connector")["spec"]["template"]["metadata"]["labels"]
    namespace = next(one for one in objects(place) if one["kind"] == "Namespace")["metadata"]["labels"]
    # As the bus's own policy asks for it.
    (rule,) = named("overlays/local", "NetworkPolicy", "nats")["spec"]["ingress"]
    (agencies,) = (peer for peer in rule["from"] if "namespaceSelector" in peer)
    assert matches(agencies["namespaceSelector"], namespace)
    assert matches(agencies["podSelector"], labels)


@pytest.mark.parametrize("place", OVERLAYS)
def test_every_service_has_a_place_to_listen_and_every_address_a_service_behind_it(place: str) -> None:
    offered = {
        (one["metadata"]["name"], port["port"])
        for one in objects(place)
        if one["kind"] == "Service"
        for port in one["spec"]["ports"]
    } | ({("postgres", 5432)} if "national" in place else set())
    for workload in workloads(place):
        for container in containers(workload):
            if not ours(container):
                continue
            for name, value in environment(place, container).items():
                if name.endswith("_GRPC"):
                    host, _, port = value.partition(":")
                    assert (host, int(port)) in offered, f"{name}={value}"
                if value.startswith(("http://", "nats://", "tls://")) and "localhost" not in value:
                    host, _, port = value.partition("://")[2].partition("/")[0].partition(":")
                    assert (host, int(port)) in offered or host.endswith(".monitoring"), f"{name}={value}"


@pytest.mark.parametrize("place", PLACES)
def test_whoever_has_a_collector_may_reach_it_and_nobody_else(place: str) -> None:
    """One trace: where the services report, the connectors do too."""
    told = {
        workload["metadata"]["name"]
        for workload in workloads(place)
        for container in containers(workload)
        if any(name.endswith("OTLP_ENDPOINT") for name in environment(place, container))
    }
    assert {source for source, _, port in edges(place, "egress") if port == 4318} == told
    assert bool(told) == ("national" in place)


@pytest.mark.parametrize("place", OVERLAYS)
def test_a_service_sends_to_a_port_of_its_pods(place: str) -> None:
    for service in (one for one in objects(place) if one["kind"] == "Service"):
        behind = [
            one
            for one in workloads(place)
            if matches({"matchLabels": service["spec"]["selector"]}, one["spec"]["template"]["metadata"]["labels"])
        ]
        assert behind, service["metadata"]["name"]
        for workload in behind:
            ports = {
                port["name"]: port["containerPort"] for c in pod(workload)["containers"] for port in c.get("ports", ())
            }
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= set(ports)
            given = environment(place, containers(workload)[-1])
            if "MPP_REST_PORT" in given:
                assert ports["rest"] == int(given["MPP_REST_PORT"])
            if "MPP_GRPC_PORT" in given:
                assert ports["grpc"] == int(given["MPP_GRPC_PORT"])
            assert ports.get("metrics") == (int(given["MPP_METRICS_PORT"]) if "MPP_METRICS_PORT" in given else None)


def test_the_gateway_sends_every_path_where_the_edge_sends_it() -> None:
    rules = named("overlays/national", "HTTPRoute", "mall")["spec"]["rules"]
    prefixes = {match["path"]["value"]: rule["backendRefs"][0]["name"] for rule in rules for match in rule["matches"]}

    def gateway(path: str) -> str:
        fitting = [p for p in prefixes if p == "/" or path == p or path.startswith(f"{p}/")]
        return prefixes[max(fitting, key=len)]

    paths = [f"/api/{service}/v1/x" for service in (*SERVICES, "nobody")]
    paths += ["/", "/oidc/token", "/.well-known/openid-configuration", "/services/x", "/oidcx", "/api", "/apis/catalog"]
    for path in paths:
        assert gateway(path) == target_of(path), path
