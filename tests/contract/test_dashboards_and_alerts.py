"""What a dashboard or an alert asks for is what the code tells, and every alert has a runbook."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from mpp_telemetry.metrics import Count, Duration, Gauge, Instrument, declared

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "telemetry"
DASHBOARDS = sorted((FOLDER / "grafana" / "dashboards").glob("*.json"))
# Told by others, as docs/telemetry.md says: cert-manager and CloudNativePG.
FOREIGN = {"certmanager_certificate_expiration_timestamp_seconds", "cnpg_collector_last_available_backup_timestamp"}
PACKAGES = ("mpp_runtime", "mpp_ledger", "mpp_lookups", "mpp_applications", "mpp_catalog", "mpp_notifications")
# Grafana puts these in before it asks.
VARIABLES = {"$__rate_interval": "5m", "$service": "all"}


def names_of(instrument: Instrument) -> set[str]:
    """The series of an instrument as Prometheus calls them."""
    name = re.sub(r"\W", "_", instrument.name) + ("_seconds" if instrument.unit == "s" else "")
    match instrument:
        case Duration():
            return {f"{name}_{part}" for part in ("bucket", "count", "sum")}
        case Count():
            return {f"{name}_total"}
        case Gauge():
            return {name}
    raise AssertionError(f"{instrument.name}: a kind of instrument this test does not know")


def told() -> set[str]:
    """Every series our code can tell."""
    for package in PACKAGES:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)
    return {name for instrument in declared().values() for name in names_of(instrument)}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "rules.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> Iterator[tuple[str, str]]:
    """Where it stands, and the PromQL."""
    for rule in rules():
        yield f"rules.yaml: {rule.get('alert') or rule['record']}", rule["expr"]
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]


def selectors(node: Any) -> Iterator[Any]:
    """Every vector selector of a parsed expression."""
    match node:
        case promql_parser.VectorSelector():
            yield node
        case promql_parser.MatrixSelector():
            yield node.vector_selector
        case promql_parser.SubqueryExpr() | promql_parser.UnaryExpr() | promql_parser.ParenExpr():
            yield from selectors(node.expr)
        case promql_parser.AggregateExpr():
            yield from selectors(node.expr)
            if node.param is not None:
                yield from selectors(node.param)
        case promql_parser.BinaryExpr():
            yield from selectors(node.lhs)
            yield from selectors(node.rhs)
        case promql_parser.Call():
            for argument in node.args:
                yield from selectors(argument)
        case promql_parser.NumberLiteral() | promql_parser.StringLiteral():
            pass
        case _:
            raise AssertionError(f"a kind of expression this test does not know: {type(node).__name__}")


def asked(query: str) -> set[str]:
    """Names of the series a query reads. Raises ValueError if it is no PromQL."""
    for variable, value in VARIABLES.items():
        query = query.replace(variable, value)
    return {selector.name for selector in selectors(promql_parser.parse(query))}


def test_every_series_that_is_asked_for_is_told() -> None:
    known = told() | FOREIGN | {rule["record"] for rule in rules() if "record" in rule}
    missing = {where: names for where, query in queries() if (names := asked(query) - known)}
    assert not missing, f"the code tells no such series: {missing}"
    assert len(list(queries())) > 50


@pytest.mark.parametrize("wrong", ["rate(x[5m]", "sum by (a) ()", "x +"])
def test_the_parser_refuses_what_is_no_promql(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        asked(wrong)


def test_every_alert_says_who_what_and_where_to_read_on() -> None:
    for rule in rules():
        if "alert" not in rule:
            continue
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        runbook = ROOT / rule["annotations"]["runbook_url"]
        assert runbook.is_file(), f"{rule['alert']}: {runbook} is not there"
        assert rule["alert"] in runbook.read_text(), f"{runbook.name} does not speak of {rule['alert']}"


def test_every_runbook_is_of_use_to_somebody() -> None:
    named = {rule["annotations"]["runbook_url"] for rule in rules() if "alert" in rule}
    doctor = (ROOT / "cli/src/mpp_cli").rglob("doctor/*.py")
    words = re.findall(r'"([a-z]+)"', "".join(path.read_text() for path in doctor))
    linked = {Path(name).stem for name in named} | set(words)
    there = {path.stem for path in (ROOT / "docs/runbooks").glob("*.md")} - {"README"}
    assert there <= linked, f"neither an alert nor the doctor leads to {there - linked}"


def attributes() -> dict[str, set[str]]:
    """Series to the labels docs/telemetry.md gives it."""
    found: dict[str, set[str]] = {}
    for row in re.findall(r"^\| (`.+`) \| \w+, .+? \| (.*) \|$", (ROOT / "docs/telemetry.md").read_text(), re.M):
        labels = {label.replace(".", "_") for label in re.findall(r"`([a-z_.]+)`", row[1])}
        for name in re.findall(r"`([a-z_.]+)`", row[0]):
            for series in names_of(declared()[name]):
                found[series] = labels | {"service_name", "le"}
    return found


def grouped(node: Any) -> Iterator[str]:
    """The labels an expression groups by."""
    match node:
        case promql_parser.AggregateExpr():
            yield from node.modifier.labels if node.modifier else ()
            yield from grouped(node.expr)
        case promql_parser.BinaryExpr():
            yield from (*grouped(node.lhs), *grouped(node.rhs))
        case promql_parser.Call():
            for argument in node.args:
                yield from grouped(argument)
        case promql_parser.ParenExpr() | promql_parser.UnaryExpr():
            yield from grouped(node.expr)


def test_every_label_that_is_asked_for_is_on_its_series() -> None:
    told()
    known = attributes()
    for where, query in queries():
        for variable, value in VARIABLES.items():
            query = query.replace(variable, value)
        tree = promql_parser.parse(query)
        series = [one for one in selectors(tree) if one.name in known]
        for one in series:
            wrong = {matcher.name for matcher in one.matchers.matchers} - known[one.name]
            assert not wrong, f"{where}: {one.name} has no label {wrong}"
        if len({one.name for one in series}) == 1 and len(series) == len(list(selectors(tree))):
            labels = known[series[0].name]
        else:
            labels = set().union(*known.values(), {"name", "namespace"})
        assert set(grouped(tree)) <= labels, f"{where}: no such label: {set(grouped(tree)) - labels}"


def test_the_page_lists_what_the_code_tells_and_nothing_else() -> None:
    told()
    page = (ROOT / "docs/telemetry.md").read_text()
    rows = re.findall(r"^\| (`[^|]*) \|", page, re.M)
    listed = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    listed = {name for name in listed if "." in name}
    assert listed == set(declared()), f"docs/telemetry.md: {listed ^ set(declared())}"


def test_the_dashboards_are_those_the_script_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    written = importlib.import_module("dashboards")
    assert {path.stem for path in DASHBOARDS} == set(written.DASHBOARDS)
    for path in DASHBOARDS:
        assert path.read_text() == written.text(path.stem), f"{path.name}: run make dashboards"


def test_the_collector_has_every_part_its_pipelines_name() -> None:
    config = yaml.safe_load((FOLDER / "collector.yaml").read_text())
    used: dict[str, set[str]] = {"receivers": set(), "processors": set(), "exporters": set()}
    for pipeline in config["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            used[kind] |= set(names)
    assert {kind: set(config[kind]) for kind in used} == used
    assert set(config["service"]["extensions"]) == set(config["extensions"])
    # A failed or slow trace is never left to chance.
    policies = {policy["type"] for policy in config["processors"]["tail_sampling"]["policies"]}
    assert {"status_code", "latency", "probabilistic"} <= policies
