"""A start that cannot be says why and what to do, with an exit status, and leaves nothing running."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

MPP = str(Path(sys.executable).parent / "mpp")


def mpp(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([MPP, *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("detach", [[], ["--detach"]])
def test_a_port_somebody_has_is_named_with_what_to_do(tmp_path: Path, detach: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        refused = mpp("up", *detach, "--port", str(port), "--data-dir", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
    assert f"mpp up --port {port + 1}" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout
    assert not (tmp_path / "data" / "postgres").exists()


def test_check_without_a_mall_says_how_to_start_one(tmp_path: Path) -> None:
    refused = mpp("check", "--data-dir", str(tmp_path))
    assert refused.returncode == 1
    assert "is not running" in refused.stderr
    assert "mpp up" in refused.stderr
