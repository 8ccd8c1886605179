"""Free ports for the back end: remembered from the last start, replaced when somebody took them."""

import contextlib
import errno
import json
import socket
from collections.abc import Iterable
from pathlib import Path

from mpp_embedded.ports import hold_port

HOST = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections (from 32768): one of those could take the port of a process
# that is just being restarted.
OURS = range(20000, 32000)


def choose(names: Iterable[str], memory: Path) -> dict[str, int]:
    """A free port for each name, the same as last time where possible; the choice is written to `memory`."""
    known = _remembered(memory)
    chosen: dict[str, int] = {}
    with contextlib.ExitStack() as held:
        # All are held until the end, so that no port is given out twice.
        for name in names:
            probe = held.enter_context(hold_port([known[name]] if name in known else [], OURS))
            chosen[name] = probe.getsockname()[1]
    memory.write_text(json.dumps(chosen))
    return chosen


def loopback_sockets(port: int) -> list[socket.socket]:
    """`localhost` means 127.0.0.1 to some clients and ::1 to others; the latter is optional on a machine."""
    sockets = [_listening(socket.AF_INET, "127.0.0.1", port)]
    try:
        sockets.append(_listening(socket.AF_INET6, "::1", port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sockets[0].close()
            raise
    return sockets


def _remembered(memory: Path) -> dict[str, int]:
    try:
        read = json.loads(memory.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {name: port for name, port in read.items() if isinstance(port, int)} if isinstance(read, dict) else {}


def _listening(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound
