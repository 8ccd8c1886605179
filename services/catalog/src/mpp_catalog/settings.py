"""What the catalogue reads from its environment."""

from pathlib import Path

from mpp_runtime.settings import Settings


class CatalogSettings(Settings):
    """What is the catalogue's own.

    Attributes:
        notifications_grpc: host:port, needed only by `seed`, and only when there is a new version to publish.
        definitions_dir: The folder whose schema of definitions is shown to everyone; needed by `serve`.
    """

    notifications_grpc: str = ""
    definitions_dir: Path | None = None
