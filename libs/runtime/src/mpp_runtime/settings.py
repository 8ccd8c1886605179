"""What every service reads from its environment."""

import os
import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/@:]*):[^/@]*@")


class _FromFiles(PydanticBaseSettingsSource):
    """`MPP_X_FILE=/run/secrets/x` stands for `MPP_X` = content of that file, without the last line break."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"MPP_{field_name.upper()}_FILE")
        return (Path(path).read_text("utf-8").rstrip("\r\n") if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(f, name)[0] for name, f in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """Environment variables `MPP_*`; a service adds its own in a subclass. Make one with `load()`."""

    model_config = SettingsConfigDict(env_prefix="MPP_", env_ignore_empty=True, extra="ignore", frozen=True)

    environment: Literal["demo", "production"] = "production"
    database_url: SecretStr | None = None
    nats_url: str
    nats_seed: SecretStr | None = None
    nats_replicas: int = 1
    rest_host: str = "127.0.0.1"
    rest_port: int
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")  # peers whose X-Forwarded-For is believed
    grpc_host: str = "127.0.0.1"
    grpc_port: int = 0
    public_url: str
    jwks_url: str
    token_url: str
    client_id: str
    client_secret: SecretStr
    otlp_endpoint: str | None = None
    trace_file: Path | None = None
    trace_sample: float = 1.0
    trace_slow_seconds: float = 1.0
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None  # where /metrics is served; nowhere unless given
    log_level: str = "INFO"
    leave_seconds: float = 0  # between "not ready" and the last request taken: for edges and balancers to notice
    drain_seconds: int = 10

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FromFiles(settings_cls)

    @classmethod
    def load(cls) -> Self:
        """Reads the environment; ends the process with one line per variable that is missing or wrong."""
        try:
            return cls()  # type: ignore[call-arg]
        except ValidationError as error:
            lines = (f"MPP_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors() if e["loc"])
            raise SystemExit("Wrong configuration:\n  " + "\n  ".join(lines)) from None

    def masked(self) -> dict[str, str]:
        """Every setting as text, secrets and passwords inside addresses masked: for the log at start."""
        return {name: _PASSWORD_IN_URL.sub(r"\1:***@", str(value)) for name, value in self}
