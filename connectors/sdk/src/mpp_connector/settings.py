"""Configuration from the environment, `MPP_CONNECTOR_*`. Any variable X may also be a file named by X_FILE."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mpp_connector.envelopes import KeySet

PREFIX = "MPP_CONNECTOR_"


class _FromFiles(PydanticBaseSettingsSource):
    """X_FILE wins over X: a mounted secret is not shadowed by a default in the environment."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        # A variable whose own name ends in _FILE names a file that is written, not a value that is read.
        if not path or field_name.endswith("_file"):
            return None, field_name, False
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, _, _ = self.get_field_value(field, name)
            if value is not None:
                found[name] = value
        return found


class Settings(BaseSettings):
    """One connector copy's settings; secrets print as stars."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    nats_url: str = "nats://127.0.0.1:4222"
    nats_seed: SecretStr
    keys: SecretStr
    platform_keys: str
    data_dir: Path
    trace_file: Path | None = None
    otlp_endpoint: str = ""
    max_in_flight: int = Field(4, ge=1, le=1000)
    max_lookups: int = Field(64, ge=1, le=10_000)
    max_payload: int = Field(262_144, ge=4096)
    drain_seconds: float = Field(10, ge=0, le=600)
    keep_days: float = Field(90, gt=0)
    log_level: str = "INFO"
    simulate: str = ""

    @field_validator("simulate")
    @classmethod
    def _simulate(cls, value: str) -> str:
        kind, _, argument = value.partition(":")
        if kind not in {"", "away", "busy", "delay"} or (kind == "delay") != bool(argument):
            raise ValueError("away, busy or delay:SECONDS")
        if kind == "delay":
            float(argument)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _FromFiles(settings_cls), env_settings

    def own_keys(self) -> KeySet:
        """The agency's private keys."""
        return KeySet.from_jwks(_jwks("KEYS", self.keys.get_secret_value()))

    def trusted_keys(self) -> KeySet:
        """The platform's public keys."""
        return KeySet.from_jwks(_jwks("PLATFORM_KEYS", self.platform_keys))

    def masked(self) -> dict[str, str]:
        """For the start log: secrets are stars, keys are left out."""
        return {name: str(value) for name, value in self if name not in {"keys", "platform_keys"}}


def load() -> Settings:
    """Read the environment. Raises ValueError that names each variable to mend and never its value."""
    try:
        return Settings()  # type: ignore[call-arg]  # the environment supplies the fields
    except ValidationError as error:
        wrong = [f"{PREFIX}{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors(include_input=False)]
        raise ValueError("; ".join(wrong)) from None
    except OSError as error:
        raise ValueError(f"cannot read {error.filename}: {error.strerror}") from None


def _jwks(name: str, text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise ValueError(f"{PREFIX}{name}(_FILE) is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError(f"{PREFIX}{name}(_FILE) is not a key set")
    return value
