"""A mall of the benchmark's own: production-like, with one public service more that needs no papers."""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml
from mpp_cli import ports
from mpp_cli.data_folder import DataFolder
from mpp_cli.demo.client import Visitor
from mpp_cli.supervisor.control import ask

from tests.load.client import ROOT

MALL, SERVICE = "33.14", "uji-beban"
PEOPLE = ("siti", "budi", "dewi", "agus")
FIELDS = 30
# Of production: one trace in a hundred is kept. Of the demonstration, because a benchmark has nobody to register: the
# accounts, and the local mailbox that takes the mail.
ENVIRONMENT = {"MPP_TRACE_SAMPLE": "0.01"}
# What goes on working after the answers are out; the mall is quiet when all of these are.
BEHIND = ("applications", "notifications", "nats", "mailbox", "catalog", "identity", "portal", "edge")
QUIET_SHARE = 0.08
QUIET_LOOK = 0.5


@dataclass(frozen=True)
class Mall:
    """A running mall. `ports`: where each process listens, "edge" included."""

    data: DataFolder
    ports: Mapping[str, int]

    def tokens(self) -> list[str]:
        """Access tokens of the demonstration's people."""
        url = f"http://localhost:{self.ports['edge']}"
        return [str(Visitor(url).sign_in(each).http.headers["Authorization"]) for each in PEOPLE]

    def environment(self, process: str) -> dict[str, str]:
        """The environment a process was started with."""
        return dict(_asked(self.data, "environment", process)["environment"])

    def database_url(self) -> str:
        """The database of applications, as its own role."""
        return Path(self.environment("applications")["MPP_DATABASE_URL_FILE"]).read_text("utf-8").strip()

    def cpu(self) -> dict[str, float]:
        """CPU seconds each process and its children have used so far."""
        return {row["name"]: _cpu(row["pid"]) for row in _asked(self.data, "status")["processes"] if row["pid"]}

    def wait_until_quiet(self, most: float) -> bool:
        """Until the work behind the answers is done: messages written, mails sent. False when it took longer."""
        ends, before = time.monotonic() + most, self.cpu()
        while time.monotonic() < ends:
            time.sleep(QUIET_LOOK)
            now = self.cpu()
            if all(now[name] - before[name] < QUIET_SHARE * QUIET_LOOK for name in BEHIND):
                return True
            before = now
        return False


def _asked(data: DataFolder, command: str, name: str = "") -> dict[str, Any]:
    answer = ask(data.control_socket(), command, name)
    if answer is None:
        raise RuntimeError("the mall is not running any more")
    return answer


def _cpu(pid: int) -> float:
    spent = 0.0
    process = psutil.Process(pid)
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            # What ended children used counts with the parent that waited for them.
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Mall]:
    """Starts a mall in `folder`, which is emptied first; stops it when the block ends."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    data = DataFolder(folder / "mall")
    command = [sys.executable, "-m", "mpp_cli"]
    port = ports.choose(["edge"], folder / "ports.json")["edge"]
    kept = {name: value for name, value in _own_environment().items() if not name.startswith("MPP_")}
    place = ["--data-dir", str(data.root)]
    try:
        _run([*command, "up", "--detach", "--port", str(port), *place], kept | ENVIRONMENT)
        listening = {"edge": port}
        for row in _asked(data, "status")["processes"]:
            if (number := row["address"].rpartition(":")[2].rstrip("/")).isdigit():
                listening[row["name"]] = int(number)
        mall = Mall(data, listening)
        _publish(mall, folder / "definitions")
        yield mall
    finally:
        subprocess.run([*command, "down", *place], cwd=ROOT, env=kept, capture_output=True, check=False)


def _own_environment() -> dict[str, str]:
    return psutil.Process().environ()


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command[1:4])} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def definitions(folder: Path) -> None:
    """The shipped definitions and our public service, in a new folder."""
    shutil.copytree(ROOT / "definitions", folder)
    shipped = yaml.safe_load((folder / "public_services" / "surat-keterangan-usaha.yaml").read_text("utf-8"))
    text = yaml.safe_dump(definition(shipped), allow_unicode=True, sort_keys=False)
    (folder / "public_services" / f"{SERVICE}.yaml").write_text(text, "utf-8")


def _publish(mall: Mall, folder: Path) -> None:
    """As an operator would."""
    definitions(folder)
    keys = ["--agency-keys", str(mall.data.agency_keys)]
    seed = [sys.executable, "-m", "mpp_catalog", "seed", "--definitions", str(folder), *keys]
    _run(seed, mall.environment("catalog"))


def definition(shipped: dict[str, Any]) -> dict[str, Any]:
    """A public service with a form of thirty fields and no papers: handed in with one request."""
    label = {"id": "Isian uji beban", "en": "Field of the load test"}
    properties = {name: {"type": "string", "minLength": 3, "maxLength": 200} for name in _field_names()}
    return shipped | {
        "code": SERVICE,
        "name": {"id": "Uji beban", "en": "Load test"},
        "requirements": [],
        "form": {
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "additionalProperties": False,
                "required": _field_names(),
                "properties": properties,
            },
            "layout": [{"title": label, "fields": [{"path": f"/{name}", "label": label} for name in _field_names()]}],
            "rules": [
                {"code": "long", "field": "/field_00", "message": label, "expression": "size(answers.field_00) > 3"}
            ],
        },
    }


def answers() -> dict[str, str]:
    """Two kilobytes, about nobody."""
    return {name: f"{name} isian uji beban tanpa orang sungguhan 12345" for name in _field_names()}


def _field_names() -> list[str]:
    return [f"field_{number:02d}" for number in range(FIELDS)]
