"""Settings whose values lie in files, as secrets do."""

from pathlib import Path

import pytest
from mpp_runtime.settings import Settings
from pydantic import SecretStr

REQUIRED = {
    "MPP_NATS_URL": "nats://catalog:hunter2@127.0.0.1:4222",
    "MPP_REST_PORT": "8001",
    "MPP_PUBLIC_URL": "http://localhost:8080",
    "MPP_JWKS_URL": "http://127.0.0.1:9/jwks",
    "MPP_TOKEN_URL": "http://127.0.0.1:9/token",
    "MPP_CLIENT_ID": "catalog",
    "MPP_CLIENT_SECRET": "hunter2",
}


class OwnSettings(Settings):
    nik_keys_file: Path | None = None
    session_secret: SecretStr | None = None


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def test_a_variable_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    monkeypatch.setenv("MPP_SESSION_SECRET_FILE", str(secret))
    monkeypatch.setenv("MPP_CLIENT_SECRET_FILE", str(secret))
    monkeypatch.setenv("MPP_NIK_KEYS_FILE", str(secret))
    settings = OwnSettings.load()
    assert settings.session_secret
    assert settings.session_secret.get_secret_value() == "from a file"
    assert settings.client_secret.get_secret_value() == "hunter2"  # the variable itself wins
    assert settings.nik_keys_file == secret
