"""The folder where a mall keeps everything: one place to copy, one place to delete."""

import hashlib
import os
import tempfile
from pathlib import Path

from mpp_cli.errors import CommandError

# Linux allows 107 bytes in the path of a unix socket, macOS 103.
SOCKET_PATH_LIMIT = 100


class DataFolder:
    """Names every file and folder below `root`; makes none until `create()`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def agency_keys(self) -> Path:
        return self.secrets / "agencies"

    @property
    def mailbox(self) -> Path:
        return self.root / "mailbox"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def supervisor_log(self) -> Path:
        return self.log("supervisor")

    @property
    def nats_config(self) -> Path:
        return self.run / "nats.conf"

    @property
    def signing_authority(self) -> Path:
        """The signing connector's certification authority; every copy of the connector shares it."""
        return self.connector("esign") / "authority"

    @property
    def trust_roots(self) -> Path:
        """The certificate that readers of issued documents trust."""
        return self.signing_authority / "root.pem"

    def log(self, process: str) -> Path:
        return self.root / "logs" / f"{process}.log"

    def trace(self, process: str) -> Path:
        return self.root / "traces" / f"{process}.jsonl"

    def connector(self, code: str) -> Path:
        return self.root / "connectors" / code

    def control_socket(self) -> Path:
        """The supervisor's socket: in `run`, or under the temporary folder when that path is too long for a socket."""
        wanted = self.run / "control.sock"
        if len(os.fsencode(wanted)) <= SOCKET_PATH_LIMIT:
            return wanted
        mark = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"mpp-{os.getuid()}-{mark}" / "control.sock"

    def create(self) -> None:
        """Makes the folders, closed to everybody else; only the root may be passed through, because PostgreSQL runs as
        a system user when we are root."""
        private = [self.files, self.mailbox, self.secrets, self.agency_keys, self.run, self.control_socket().parent]
        private += [self.root / name for name in ("logs", "traces", "connectors")]
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in private:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                _own(folder)
        except PermissionError as error:
            raise CommandError(
                f"The data folder {self.root} cannot be written: {error}",
                hint="Choose another one with --data-dir, or give it to the user who starts the mall.",
            ) from error


def _own(folder: Path) -> None:
    """Refuses a folder prepared by somebody else (the temporary folder is open to all), then closes it to others."""
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise CommandError(
            f"{folder} belongs to another user.", hint="Remove it, or choose another folder with --data-dir."
        )
    folder.chmod(0o700)


def checkout() -> Path:
    """The folder of the source tree this command was installed from: it holds `definitions/`."""
    for folder in (Path(__file__).resolve().parents[3], Path.cwd()):
        if (folder / "definitions" / "public_services").is_dir():
            return folder
    raise CommandError(
        "The folder 'definitions' was not found.", hint="Run mpp from the folder where you cloned the project."
    )


def default_data_folder() -> Path:
    """`MPP_DATA_DIR`, or `.data` in the checkout, so that the command works from any folder."""
    given = os.environ.get("MPP_DATA_DIR")
    return Path(given) if given else checkout() / ".data"
