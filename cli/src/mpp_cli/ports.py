"""Free ports for the back end: remembered from the last start, replaced when somebody took them."""

import contextlib
import json
import socket
from collections.abc import Iterable
from pathlib import Path

HOST = "127.0.0.1"


def choose(names: Iterable[str], memory: Path) -> dict[str, int]:
    """A free port for each name, the same as last time where possible; the choice is written to `memory`."""
    known = _remembered(memory)
    chosen: dict[str, int] = {}
    with contextlib.ExitStack() as held:
        # All are held until the end, so that no port is given out twice.
        for name in names:
            probe = _bind(known.get(name, 0)) or _bind(0)
            if probe is None:
                raise OSError("no free port on the loopback interface")
            held.enter_context(probe)
            chosen[name] = probe.getsockname()[1]
    memory.write_text(json.dumps(chosen))
    return chosen


def is_free(port: int) -> bool:
    """Whether nobody listens on this loopback port."""
    probe = _bind(port)
    if probe is None:
        return False
    probe.close()
    return True


def _bind(port: int) -> socket.socket | None:
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As servers do: a port whose last connections are only winding down counts as free.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, port))
        probe.listen(1)
    except OSError:
        probe.close()
        return None
    return probe


def _remembered(memory: Path) -> dict[str, int]:
    try:
        read = json.loads(memory.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {name: port for name, port in read.items() if isinstance(port, int)} if isinstance(read, dict) else {}
