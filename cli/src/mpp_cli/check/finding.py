"""What a check says: which promise is broken, where, and what only has not happened yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The promises by their names in docs/reliability.md.
PROMISES = {
    "I1": "each acknowledged request is there exactly once",
    "I2": "each committed fact is in the ledger, reached each subscriber, and had its effect once",
    "I3": "the facts about one application are numbered 1, 2, ... n and each is chained to the one before",
    "I4": "no status is skipped: every step is one of the workflow the file is pinned to",
    "I5": "an issued document and every paper handed in are there, byte for byte",
    "I7": "each message is told once, and its e-mail handed over once",
    "I9": "nothing is left behind after the fault is over",
    "I10": "nothing was given up or put aside without being seen",
    "I12": "no request broke on our side (500)",
}


@dataclass(frozen=True)
class Finding:
    """`ids` name what it is about (application, event, version ...); never a person's data.

    `waiting`: not wrong in itself; wrong if it is still so when the time to catch up is over.
    """

    promise: str
    what: str
    ids: Mapping[str, object] = field(default_factory=dict)
    waiting: bool = False

    @property
    def about(self) -> tuple[object, ...]:
        """The same for the same trouble seen again later."""
        return (self.promise, *self.ids.items())

    def __str__(self) -> str:
        told = " ".join(f"{name}={value}" for name, value in self.ids.items())
        return f"{self.promise}  {self.what}" + (f"  ({told})" if told else "")
