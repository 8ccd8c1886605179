"""Free ports on the loopback interface."""

import random
import socket
from collections.abc import Iterable

HOST = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections (from 32768): one of those could take the port before the
# server that it is meant for listens. And below those of a mall's own processes.
OURS = range(10_000, 20_000)
TRIES = 200
# Not the shared generator: whoever seeds that one would give the same ports to processes side by side.
_random = random.SystemRandom()


def free_port(preferred: int | None = None) -> int:
    """A port nobody listens on at 127.0.0.1: `preferred` if it is free, else any other.

    Raises:
        OSError: none was found.
    """
    with hold_port([preferred] if preferred else [], OURS) as held:
        return int(held.getsockname()[1])


def hold_port(preferred: Iterable[int], others: range) -> socket.socket:
    """A socket that listens at 127.0.0.1, on the first of `preferred` that is free, else on any of `others`.

    Nobody is given its port as long as it is open.

    Raises:
        OSError: none was found.
    """
    for candidate in [*preferred, *_random.sample(others, TRIES)]:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # As servers do: a port whose last connections are only winding down counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            listener.listen(1)
        except OSError:
            listener.close()
        else:
            return listener
    raise OSError(f"no free TCP port at {HOST} between {others.start} and {others.stop}")
