"""One trouble: what it is, where, what to do, and where to read on."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["broken", "warning"]


@dataclass(frozen=True)
class Finding:
    """`broken`: somebody is hurt, or will be soon. `warning`: it can wait for the morning."""

    severity: Severity
    where: str
    what: str
    do: str
    runbook: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def broken(where: str, what: str, do: str, page: str) -> Finding:
    """`page` is a file of docs/runbooks, without its ending."""
    return Finding("broken", where, what, do, f"docs/runbooks/{page}.md")


def warning(where: str, what: str, do: str, page: str) -> Finding:
    return Finding("warning", where, what, do, f"docs/runbooks/{page}.md")
