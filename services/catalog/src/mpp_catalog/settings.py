"""What the catalogue reads from its environment."""

import sys

from mpp_runtime.settings import Settings


class CatalogSettings(Settings):
    """`notifications_grpc`: host:port, needed only by `seed`, and only when there is a new version to publish."""

    notifications_grpc: str = ""

    def needed_database_url(self) -> str:
        """`database_url`; ends the program when it is not set, as only `check` does without."""
        if self.database_url is None:
            sys.exit("MPP_DATABASE_URL: is needed")
        return self.database_url.get_secret_value()
