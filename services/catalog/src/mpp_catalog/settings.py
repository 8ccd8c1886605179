"""What the catalogue reads from its environment."""

import sys
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

    def needed_database_url(self) -> str:
        """`database_url`; ends the program when it is not set, as only `check` does without."""
        if self.database_url is None:
            sys.exit("MPP_DATABASE_URL: is needed")
        return self.database_url.get_secret_value()
