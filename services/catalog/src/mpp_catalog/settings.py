"""What the catalogue reads from its environment."""

from mpp_runtime.settings import Settings


class CatalogSettings(Settings):
    """`notifications_grpc`: host:port, needed only by `seed`, and only when there is a new version to publish."""

    notifications_grpc: str = ""
