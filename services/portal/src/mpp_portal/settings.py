"""What the portal reads from its environment. It has no database, no bus, no gRPC and no door of its own."""

from pathlib import Path

from mpp_runtime.settings import Settings
from pydantic import SecretStr


class PortalSettings(Settings):
    """Settings of the portal.

    Attributes:
        client_secret: of the OpenID client `mpp-portal`.
        session_key: JWK set of symmetric 256-bit keys that seal sessions; the first one seals, all of them open.
        edge_url: where the portal itself reaches the public API; empty means `public_url`.
        protos_dir: folder of the contracts shown at /developers.
        asyncapi_file: the AsyncAPI document of the bus, YAML.
    """

    # What every other service must be told, and the portal has no use for.
    nats_url: str = ""
    jwks_url: str = ""
    token_url: str = ""
    client_id: str = "mpp-portal"
    session_key: SecretStr
    edge_url: str = ""
    protos_dir: Path
    asyncapi_file: Path
