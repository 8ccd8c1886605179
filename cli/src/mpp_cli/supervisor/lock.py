"""One supervisor for one data folder, held by the kernel: a killed one leaves no stale lock."""

import fcntl
import os
from pathlib import Path


class Lock:
    """An exclusive lock on a file; `acquire` never waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Whether we hold it now. The file then names our pid."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Lets the next one in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """The pid written by whoever took it last."""
        try:
            return int(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return None
