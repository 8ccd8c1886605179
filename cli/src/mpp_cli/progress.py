"""Steps with their times, one line each, for a terminal and for a log alike."""

import contextlib
import time
from collections.abc import Callable, Iterator


class Progress:
    """`write` gets each finished line."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.write = write
        self._started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._started

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Says the title and how long the block took; one that failed is marked, one that was given up is not said."""
        began = time.monotonic()
        try:
            yield
        except Exception:
            self.write(f"  ✗ {title}  {time.monotonic() - began:.1f} s")
            raise
        self.write(f"  ✓ {title}  {time.monotonic() - began:.1f} s")
