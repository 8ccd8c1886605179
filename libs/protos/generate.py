"""Generate libs/protos/src from protos/: `python libs/protos/generate.py [--out DIR]`.

The proto path is the import path (mpp/catalog/v1/catalog.proto is mpp.catalog.v1.catalog_pb2), so nothing is patched.
The output is committed; tests/contract/test_generated_code.py regenerates it and compares.
"""

import argparse
import shutil
import sys
from pathlib import Path

import grpc_tools  # type: ignore[import-untyped]
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"


def generate(out: Path) -> None:
    """Write the Python code, its type stubs and the gRPC stubs of every .proto file below `out`."""
    shutil.rmtree(out / "mpp", ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    bin_dir = Path(sys.executable).parent
    status = protoc.main(
        [
            "protoc",
            f"--plugin=protoc-gen-mypy={bin_dir / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={bin_dir / 'protoc-gen-mypy_grpc'}",
            f"-I{PROTOS}",
            f"-I{well_known}",
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            f"--mypy_out={out}",
            f"--mypy_grpc_out={out}",
            *files,
        ]
    )
    if status != 0:
        raise SystemExit(f"protoc failed with status {status}")
    (out / "mpp" / "py.typed").touch()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "libs" / "protos" / "src", help="folder to write to")
    generate(parser.parse_args().out)


if __name__ == "__main__":
    main()
