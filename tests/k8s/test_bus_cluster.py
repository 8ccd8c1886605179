"""The national mall's bus as three real servers: they meet in TLS, keep three copies, and live without one."""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from mpp_cli.cluster.secrets import accounts
from mpp_cli.data_folder import DataFolder
from mpp_cli.nats_config import load_agencies
from mpp_cli.secret_files import bus_seed, ensure_secrets
from mpp_embedded import nats
from mpp_embedded.ports import free_port
from mpp_ledger.bus import Bus

from tests.integration.ledger.parts import eventually, make_settings
from tests.integration.runtime.test_tls import Authority
from tests.k8s.rendered import ROOT, named

PORTS = ("4222", "8222", "6222")


@contextmanager
def server(number: int, folder: Path, text: str) -> Iterator["subprocess.Popen[bytes]"]:
    """One server of the StatefulSet, with its configuration from the manifest."""
    config = folder / f"nats-{number}.conf"
    config.write_text(text)
    with (folder / f"nats-{number}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(nats.binary()), "-c", str(config)],
            env=os.environ | {"POD_NAME": f"nats-{number}"}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[list["subprocess.Popen[bytes]"], list[int], Path]]:
    """Processes, client ports, and the folder: the manifest's text with this machine's ports and paths in it."""
    data = DataFolder(tmp_path / "secrets")
    agencies = load_agencies(ROOT / "definitions/agencies")
    made = ensure_secrets(data, [facts.code for facts in agencies])
    (tmp_path / "accounts.conf").write_text(accounts(data, made, agencies))
    Authority().fill(tmp_path / "tls")
    manifest = named("overlays/national", "ConfigMap", "nats")["data"]["nats.conf"]
    ports = [{port: free_port() for port in PORTS} for _ in range(3)]
    for number, own in enumerate(ports):
        manifest = manifest.replace(f"nats-{number}.nats-servers:6222", f"localhost:{own['6222']}")
    with ExitStack() as running:
        processes = []
        for number, own in enumerate(ports):
            text = re.sub(r"\b(port|http): (\d+)", lambda match, own=own: f"{match[1]}: {own[match[2]]}", manifest)
            paths = {"/etc/nats-tls": "tls", "/data": f"data-{number}", "/tmp/nats.pid": f"nats-{number}.pid"}
            for there, here in paths.items():
                text = text.replace(there, str(tmp_path / here))
            processes.append(running.enter_context(server(number, tmp_path, text)))
        yield processes, [own["4222"] for own in ports], tmp_path


async def test_three_servers_keep_what_they_acknowledged_while_one_is_gone(
    cluster: tuple[list["subprocess.Popen[bytes]"], list[int], Path],
) -> None:
    processes, ports, folder = cluster
    seed = bus_seed(DataFolder(folder / "secrets"), "applications").read_text().strip()
    settings = make_settings(
        nats_url=f"tls://localhost:{ports[0]}", nats_seed=seed, nats_replicas=3, tls_dir=folder / "tls"
    )
    bus = await Bus.connect(settings, "applications")

    async def stored() -> bool:
        try:
            await bus.ensure_stream("APPLICATIONS", ["mpp.applications.v1.>"])
            await bus.write_probe()
        except Exception:
            return False
        return True

    await eventually(stored, 30)
    info = await bus.js.stream_info("APPLICATIONS")
    assert info.config.num_replicas == 3
    await bus.js.publish("mpp.applications.v1.Tried.33.14", b"{}", stream="APPLICATIONS")
    processes[2].kill()
    await asyncio.to_thread(processes[2].wait, 10)

    async def goes_on() -> bool:
        try:
            await bus.js.publish("mpp.applications.v1.Tried.33.14", b"{}", stream="APPLICATIONS", timeout=2)
        except Exception:
            return False
        return True

    await eventually(goes_on, 30)
    assert (await bus.js.stream_info("APPLICATIONS")).state.messages >= 2
    processes[1].kill()
    await asyncio.to_thread(processes[1].wait, 10)
    # One of three is no majority: nothing is acknowledged that could be lost.
    assert not await goes_on()
    await bus.close()
