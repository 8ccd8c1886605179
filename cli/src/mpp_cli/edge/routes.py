"""Which path belongs to which process."""

from collections.abc import Mapping

SERVICES = ("applications", "catalog", "identity", "notifications")
EVERYTHING_ELSE = "portal"


def target_of(path: str) -> str:
    """The process that answers a decoded path; the path itself is passed on unchanged."""
    first, _, rest = path.lstrip("/").partition("/")
    if first == "api":
        service = rest.partition("/")[0]
        return service if service in SERVICES else EVERYTHING_ELSE
    if first in {"oidc", ".well-known"}:
        return "identity"
    if first == "mailbox":
        return "mailbox"
    return EVERYTHING_ELSE


def missing(routes: Mapping[str, str]) -> list[str]:
    """Targets without an address, for a clear message at start."""
    return sorted({*SERVICES, EVERYTHING_ELSE, "mailbox"} - set(routes))
