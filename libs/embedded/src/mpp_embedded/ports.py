"""TCP ports on the loopback interface."""

import socket


def free_port(preferred: int | None = None) -> int:
    """A port nobody listens on at 127.0.0.1: `preferred` if it is free, else one the system picks."""
    for candidate in ([preferred] if preferred else []) + [0]:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            port: int = listener.getsockname()[1]
            return port
    raise OSError("no free TCP port at 127.0.0.1")
