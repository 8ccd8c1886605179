"""Environments: secrets travel as files, nothing foreign is passed on."""

from pathlib import Path

import pytest
from mpp_cli.data_folder import DataFolder
from mpp_cli.secret_files import ensure_secrets
from mpp_cli.stack.environments import (
    SERVICES,
    WITH_DATABASE,
    Layout,
    connector_environment,
    connector_module,
    port_names,
    revealed,
    routes,
    service_environment,
)

AGENCIES = ("dukcapil", "esign", "sdmk", "far-away")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    data = DataFolder(tmp_path)
    data.create()
    ensure_secrets(data, AGENCIES)
    ports = {name: 40000 + index for index, name in enumerate(port_names())}
    return Layout(Path("/srv/checkout"), data, ports, 8080, "demo", AGENCIES)


def secrets_of(layout: Layout) -> set[str]:
    return {file.read_text().strip() for file in layout.data.secrets.rglob("*") if file.is_file()}


def test_no_environment_holds_a_secret(layout: Layout) -> None:
    environments = [service_environment(layout, name) for name in SERVICES]
    environments += [connector_environment(layout, code) for code in AGENCIES]
    for environment in environments:
        assert not secrets_of(layout) & set(environment.values())


def test_revealing_reads_the_files(layout: Layout) -> None:
    (layout.data.secrets / "postgres" / "catalog.url").write_text("postgresql://catalog:x@127.0.0.1:1/catalog\n")
    shown = revealed(service_environment(layout, "catalog"))
    assert shown["MPP_DATABASE_URL"] == "postgresql://catalog:x@127.0.0.1:1/catalog"
    assert shown["MPP_NATS_SEED"].startswith("SU")
    assert "MPP_DATABASE_URL_FILE" not in shown


def test_each_service_gets_its_own_credentials_only(layout: Layout) -> None:
    for service in WITH_DATABASE:
        environment = service_environment(layout, service)
        for name in ("MPP_DATABASE_URL_FILE", "MPP_NATS_SEED_FILE", "MPP_CLIENT_SECRET_FILE"):
            assert Path(environment[name]).stem == service


def test_a_connector_knows_nothing_of_the_core_but_the_bus(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPP_OTLP_ENDPOINT", "http://127.0.0.1:4317")
    for code in AGENCIES:
        environment = connector_environment(layout, code)
        ours = [name for name in environment if name.startswith("MPP_")]
        assert all(name.startswith(("MPP_CONNECTOR_", "MPP_ESIGN_")) for name in ours)
        assert not any("postgres" in value or "/secrets/nats/" in value for value in environment.values())


def test_nothing_foreign_is_passed_on(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "PGHOST", "MPP_DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "PYTHONPATH"):
        monkeypatch.setenv(name, "foreign")
    assert "foreign" not in service_environment(layout, "identity").values()


def test_demonstration_people_exist_in_the_demonstration_only(layout: Layout) -> None:
    assert service_environment(layout, "identity")["MPP_DEMO_DIR"] == "/srv/checkout/definitions/demo"
    real = Layout(layout.source, layout.data, layout.ports, layout.public_port, "production", AGENCIES)
    assert "MPP_DEMO_DIR" not in service_environment(real, "identity")


def test_every_process_listens_on_a_port_of_its_own(layout: Layout) -> None:
    assert len(set(layout.ports.values())) == len(port_names())
    assert set(routes(layout)) == {*SERVICES, "mailbox"}


def test_a_connector_is_started_where_it_is_installed(layout: Layout) -> None:
    assert layout.connectors == ["dukcapil", "esign", "sdmk"]
    assert connector_module("far-away") == "mpp_connector_far_away"
