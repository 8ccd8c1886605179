"""The protos are the contract: linted, compatible with what was released, and the committed code is made from them."""

import filecmp
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUF = Path(sys.executable).parent / "buf"
RELEASED = ROOT / "protos" / "released.binpb"


def buf(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BUF), *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_protos_pass_the_lint() -> None:
    result = buf("lint")
    assert result.returncode == 0, result.stdout


def test_protos_are_formatted() -> None:
    result = buf("format", "--diff", "--exit-code")
    assert result.returncode == 0, "run 'make fmt'\n" + result.stdout


def test_protos_break_nothing_that_was_released() -> None:
    result = buf("breaking", "--against", str(RELEASED))
    assert result.returncode == 0, f"a released contract may only grow:\n{result.stdout}"


def test_the_breaking_check_sees_a_renumbered_field(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    proto = tmp_path / "protos/mpp/catalog/v1/catalog.proto"
    changed = proto.read_text().replace("bytes body = 2;", "bytes body = 3;")
    assert changed != proto.read_text()
    proto.write_text(changed)
    result = buf("breaking", "--against", str(RELEASED), cwd=tmp_path)
    assert result.returncode != 0
    assert "body" in result.stdout


def test_generated_code_is_fresh(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "libs/protos/generate.py"), "--out", str(tmp_path)], check=True, capture_output=True
    )
    committed = ROOT / "libs/protos/src"
    expected = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.py*"))
    present = sorted(
        path.relative_to(committed) for path in committed.rglob("*.py*") if "__pycache__" not in path.parts
    )
    assert present == expected, "run 'make protos'"
    stale = [
        str(path)
        for path in expected
        if path.suffix != "" and not filecmp.cmp(tmp_path / path, committed / path, shallow=False)
    ]
    assert not stale, f"run 'make protos': {stale}"


def test_generated_code_needs_no_newer_libraries_than_declared() -> None:
    declared = (ROOT / "libs/protos/pyproject.toml").read_text()
    floors = {
        name: tuple(map(int, re.search(rf'"{name}>=([\d.]+)"', declared)[1].split(".")))
        for name in ("grpcio", "protobuf")
    }  # type: ignore[index]
    for path in (ROOT / "libs/protos/src").rglob("*_pb2*.py"):
        text = path.read_text()
        grpc = re.search(r"GRPC_GENERATED_VERSION = '([\d.]+)'", text)
        protobuf = re.search(r"# Protobuf Python Version: ([\d.]+)", text)
        for name, match in (("grpcio", grpc), ("protobuf", protobuf)):
            if match:
                needed = tuple(map(int, match[1].split(".")))[: len(floors[name])]
                assert floors[name] >= needed, (
                    f"{path.name} needs {name}>={match[1]}: raise the floor in libs/protos/pyproject.toml"
                )
