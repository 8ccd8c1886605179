"""What a killed supervisor left behind: found by pid file and by data folder, never by name alone."""

import json
import signal
from pathlib import Path

import psutil
from mpp_embedded.processes import end, owners_of

from mpp_cli.data_folder import DataFolder
from mpp_cli.supervisor.supervisor import pid_file

DRAIN_SECONDS = 15.0
# The kernel counts a birth in hundredths of a second; a reused pid is never this close.
SAME_BIRTH_SECONDS = 0.05


def end_leftovers(data: DataFolder) -> list[str]:
    """Ends our processes that have no supervisor any more; says which. Call it only while holding the lock."""
    services = [(name, process) for name, process in recorded(data) if name not in {"postgres", "nats"}]
    for _, process in services:
        _signal(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs([process for _, process in services], timeout=DRAIN_SECONDS)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    ended = [f"{name} (pid {process.pid})" for name, process in services]
    ended += _end_owners("nats", data.nats_config, "nats-server", signal.SIGTERM)
    ended += _end_owners("postgres", data.postgres, "postgres", signal.SIGINT)
    pid_file(data).unlink(missing_ok=True)
    return ended


def recorded(data: DataFolder) -> list[tuple[str, psutil.Process]]:
    """The living processes of the pid file whose time of birth is the recorded one: no stranger with a reused pid."""
    try:
        known = json.loads(pid_file(data).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    found = []
    for name, entry in known.items():
        try:
            process = psutil.Process(entry["pid"])
            if abs(process.create_time() - entry["born"]) < SAME_BIRTH_SECONDS:
                found.append((name, process))
        except psutil.NoSuchProcess:
            continue
    return found


def _end_owners(name: str, folder: Path, binary: str, how: signal.Signals) -> list[str]:
    """Only the first of a family: PostgreSQL's workers end with their server."""
    ended = []
    for process in list(owners_of(folder, binary)):
        if process.is_running() and not _has_parent_named(process, binary):
            end(process, how, DRAIN_SECONDS)
            ended.append(f"{name} (pid {process.pid})")
    return ended


def _has_parent_named(process: psutil.Process, name: str) -> bool:
    try:
        parent = process.parent()
        return parent is not None and parent.name() == name
    except psutil.NoSuchProcess:
        return True


def _signal(process: psutil.Process, how: signal.Signals) -> None:
    try:
        process.send_signal(how)
    except psutil.NoSuchProcess:
        return
