"""Settings from the environment, from files, and masked."""

import pytest
from mpp_runtime.settings import Settings

REQUIRED = {
    "MPP_NATS_URL": "nats://catalog:hunter2@127.0.0.1:4222",
    "MPP_REST_PORT": "8001",
    "MPP_PUBLIC_URL": "http://localhost:8080",
    "MPP_JWKS_URL": "http://127.0.0.1:9/jwks",
    "MPP_TOKEN_URL": "http://127.0.0.1:9/token",
    "MPP_CLIENT_ID": "catalog",
    "MPP_CLIENT_SECRET": "hunter2",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def test_defaults_are_those_of_production() -> None:
    settings = Settings.load()
    assert (settings.environment, settings.rest_host, settings.rest_port) == ("production", "127.0.0.1", 8001)
    assert settings.database_url is None


def test_secrets_are_masked() -> None:
    masked = Settings.load().masked()
    assert "hunter2" not in str(masked)
    assert masked["nats_url"] == "nats://catalog:***@127.0.0.1:4222"
    assert masked["client_id"] == "catalog"


def test_what_is_wrong_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPP_CLIENT_ID")
    monkeypatch.setenv("MPP_REST_PORT", "hunter3")
    with pytest.raises(SystemExit) as ended:
        Settings.load()
    assert "MPP_CLIENT_ID: Field required" in str(ended.value)
    assert "MPP_REST_PORT" in str(ended.value)
    assert "hunter3" not in str(ended.value)
