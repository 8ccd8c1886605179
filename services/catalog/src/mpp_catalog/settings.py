"""What the catalogue reads from its environment."""

from pathlib import Path

from mpp_runtime.settings import Settings


class CatalogSettings(Settings):
    """What is the catalogue's own.

    Attributes:
        notifications_grpc: host:port, needed to publish a new version, by `seed` and by editors.
        identity_grpc: host:port, needed by editors: who they are.
        definitions_dir: The folder whose schema of definitions is shown to everyone; needed by `serve`.
    """

    notifications_grpc: str = ""
    identity_grpc: str = ""
    definitions_dir: Path | None = None
