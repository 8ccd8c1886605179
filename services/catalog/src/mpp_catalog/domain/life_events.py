"""Life events: what happens to a person, and the public services that then help, in order."""

from dataclasses import dataclass

from mpp_runtime.errors import Text


@dataclass(frozen=True)
class LifeEvent:
    """`phrases`: how people say it, in both languages. `services`: codes in order; one not published is not shown."""

    code: str
    name: Text
    phrases: tuple[str, ...]
    services: tuple[str, ...]
