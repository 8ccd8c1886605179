"""What stops a command, said in a way that tells the reader what to do next."""

from pathlib import Path


class CommandError(Exception):
    """`what` happened and what to do about it (`hint`); `log` names a file whose tail explains more."""

    def __init__(self, what: str, *, hint: str = "", log: Path | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.log = log

    def lines(self) -> list[str]:
        """The message as plain lines, log tail included, for a terminal or a log."""
        found = [self.what]
        if self.log is not None and self.log.exists():
            found.append(f"Last lines of {self.log}:")
            found += [f"  {line}" for line in tail(self.log, 15)]
        if self.hint:
            found.append(self.hint)
        return found


def tail(file: Path, count: int) -> list[str]:
    """The last `count` lines of a text file, read from its end (at most 64 KiB of it)."""
    with file.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - 65536))
        return stream.read().decode("utf-8", "replace").splitlines()[-count:]
