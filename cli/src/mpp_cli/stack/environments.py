"""The environment of each process. Secrets are handed on as files (`X_FILE`), so that no process list shows them."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from mpp_cli import secret_files
from mpp_cli.data_folder import DataFolder
from mpp_cli.ports import HOST
from mpp_cli.supervisor.program import base_environment

# In the order of `mpp status`; the portal has no gRPC, no database and no user on the bus.
SERVICES = ("catalog", "identity", "applications", "notifications", "portal")
WITH_DATABASE = ("catalog", "identity", "applications", "notifications")


@dataclass(frozen=True)
class Layout:
    """What the environments are made of.

    `source` is the checkout: definitions, protos and documents lie there. `agencies` are the codes of those whose
    definition has a connector.
    """

    source: Path
    data: DataFolder
    ports: dict[str, int]
    public_port: int
    environment: str
    agencies: tuple[str, ...]

    @property
    def definitions(self) -> Path:
        return self.source / "definitions"

    @property
    def connectors(self) -> list[str]:
        """The agencies whose connector is installed here; others run theirs on machines of their own."""
        return [code for code in self.agencies if importlib.util.find_spec(connector_module(code)) is not None]

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.public_port}"

    def http(self, port_name: str) -> str:
        """Address of one of our own HTTP ports."""
        return f"http://{HOST}:{self.ports[port_name]}"


def connector_module(code: str) -> str:
    """The package of an agency's connector."""
    return f"mpp_connector_{code.replace('-', '_')}"


def port_names() -> list[str]:
    """Every back-end port the mall needs."""
    names = ["postgres", "nats", "nats-monitor", "smtp", "mailbox"]
    names += [f"{service}-{port}" for service in SERVICES for port in ("rest", "metrics")]
    return names + [f"{service}-grpc" for service in WITH_DATABASE]


def routes(layout: Layout) -> dict[str, str]:
    """Targets of the edge."""
    return {
        "mailbox": layout.http("mailbox"),
        **{service: layout.http(f"{service}-rest") for service in SERVICES},
    }


def service_environment(layout: Layout, service: str) -> dict[str, str]:
    """For `python -m mpp_<service>`, whichever command."""
    data = layout.data
    found = {
        **base_environment(),
        "MPP_ENVIRONMENT": layout.environment,
        "MPP_REST_HOST": HOST,
        "MPP_REST_PORT": str(layout.ports[f"{service}-rest"]),
        "MPP_PUBLIC_URL": layout.public_url,
        "MPP_METRICS_HOST": HOST,
        "MPP_METRICS_PORT": str(layout.ports[f"{service}-metrics"]),
        "MPP_TRACE_FILE": str(data.trace(service)),
    }
    if service in WITH_DATABASE:
        found |= {
            "MPP_DATABASE_URL_FILE": str(secret_files.database_url(data, service)),
            "MPP_NATS_URL": f"nats://{HOST}:{layout.ports['nats']}",
            "MPP_NATS_SEED_FILE": str(secret_files.bus_seed(data, service)),
            "MPP_GRPC_HOST": HOST,
            "MPP_GRPC_PORT": str(layout.ports[f"{service}-grpc"]),
            "MPP_JWKS_URL": f"{layout.http('identity-rest')}/oidc/jwks",
            "MPP_TOKEN_URL": f"{layout.http('identity-rest')}/oidc/token",
            "MPP_CLIENT_ID": service,
            "MPP_CLIENT_SECRET_FILE": str(secret_files.client_secret(data, service)),
            **{f"MPP_{other.upper()}_GRPC": f"{HOST}:{layout.ports[f'{other}-grpc']}" for other in WITH_DATABASE},
        }
    return {**found, **_own(layout, service)}


def _own(layout: Layout, service: str) -> dict[str, str]:
    data = layout.data
    platform = data.secrets / "platform" / "private.jwks.json"
    demo = layout.definitions / "demo"
    demonstration = {"MPP_DEMO_DIR": str(demo), "MPP_OIDC_CLIENTS_FILE": str(demo / "clients.json")}
    own: dict[str, dict[str, str]] = {
        "catalog": {"MPP_DEFINITIONS_DIR": str(layout.definitions)},
        "identity": {
            "MPP_NIK_KEYS_FILE": str(secret_files.nik_keys(data)),
            "MPP_SIGNING_KEYS_FILE": str(secret_files.signing_keys(data)),
            "MPP_SERVICE_CLIENTS_FILE": str(secret_files.service_clients(data)),
            "MPP_SESSION_SECRET_FILE": str(secret_files.session_secret(data)),
            **(demonstration if layout.environment == "demo" else {}),
        },
        "applications": {
            "MPP_FILES_URL": data.files.as_uri(),
            "MPP_PLATFORM_KEYS_FILE": str(platform),
            "MPP_TRUST_ROOTS_FILE": str(data.trust_roots),
        },
        "notifications": {
            "MPP_SMTP_HOST": HOST,
            "MPP_SMTP_PORT": str(layout.ports["smtp"]),
            "MPP_SMTP_STARTTLS": "false",
            "MPP_MAIL_FROM": "mal@mpp.example.id",
            # The first tries come soon, so that a demonstration can show a retry.
            "MPP_RETRY_SECONDS": "[1, 5, 30, 7200, 21600]",
        },
        "portal": {
            "MPP_PROTOS_DIR": str(layout.source / "protos"),
            "MPP_ASYNCAPI_FILE": str(layout.source / "docs" / "asyncapi.yaml"),
            "MPP_CLIENT_SECRET_FILE": str(secret_files.client_secret(data, secret_files.PORTAL_CLIENT)),
            "MPP_SESSION_KEY_FILE": str(secret_files.portal_session_keys(data)),
        },
    }
    return own.get(service, {})


def connector_environment(layout: Layout, code: str) -> dict[str, str]:
    """For `python -m mpp_connector_<code>`: nothing of the core but the bus and the platform's public keys."""
    data = layout.data
    return {
        **{name: value for name, value in base_environment().items() if not name.startswith("MPP_")},
        "MPP_CONNECTOR_NATS_URL": f"nats://{HOST}:{layout.ports['nats']}",
        "MPP_CONNECTOR_NATS_SEED_FILE": str(secret_files.agency_seed(data, code)),
        "MPP_CONNECTOR_KEYS_FILE": str(data.agency_keys / code / "private.jwks.json"),
        "MPP_CONNECTOR_PLATFORM_KEYS_FILE": str(data.secrets / "platform" / "public.jwks.json"),
        "MPP_CONNECTOR_DATA_DIR": str(data.connector(code)),
        "MPP_CONNECTOR_TRACE_FILE": str(data.trace(code)),
        **({"MPP_ESIGN_AUTHORITY_DIR": str(data.signing_authority)} if code == "esign" else {}),
    }


def revealed(environment: dict[str, str]) -> dict[str, str]:
    """Secrets handed on as files, replaced by their content: `X_FILE=path` becomes `X=content`."""
    shown = {}
    for name, value in environment.items():
        if name in SECRET_FILES:
            shown[name.removesuffix("_FILE")] = Path(value).read_text(encoding="utf-8").strip()
        else:
            shown[name] = value
    return shown


# Variables whose file holds a secret value itself; other *_FILE variables are meant as files by the process.
SECRET_FILES = frozenset(
    {
        "MPP_DATABASE_URL_FILE",
        "MPP_NATS_SEED_FILE",
        "MPP_CLIENT_SECRET_FILE",
        "MPP_SESSION_SECRET_FILE",
        "MPP_SESSION_KEY_FILE",
        "MPP_CONNECTOR_NATS_SEED_FILE",
    }
)
