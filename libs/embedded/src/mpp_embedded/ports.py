"""Free ports on the loopback interface."""

import random
import socket

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
    for candidate in ([preferred] if preferred else []) + _random.sample(OURS, TRIES):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    raise OSError("no free TCP port at 127.0.0.1")
