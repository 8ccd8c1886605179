"""What is written about images and containers, read for the tests: no Docker engine needed."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"
PREFIX = "mpp-digital/"


def compose() -> dict[str, Any]:
    """compose.yaml, its anchors resolved, its variables as they are written."""
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text()))


def services() -> dict[str, dict[str, Any]]:
    """The containers by name."""
    return dict(compose()["services"])


def ours() -> dict[str, dict[str, Any]]:
    """The containers that run an image of this project."""
    return {name: one for name, one in services().items() if one["image"].startswith(PREFIX)}


def image_names() -> list[str]:
    """Our images without prefix and version, in order: catalog, connector-sdmk, ..."""
    return sorted({one["image"].removeprefix(PREFIX).partition(":")[0] for one in ours().values()})


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest), lines joined, comments gone."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.strip().partition(" ") for line in joined)]


def stage(name: str) -> list[tuple[str, str]]:
    """The instructions of one stage, its FROM first."""
    found: list[tuple[str, str]] = []
    for word, rest in instructions():
        if word == "FROM":
            if found:
                break
            if rest.endswith(f" AS {name}"):
                found = [(word, rest)]
        elif found:
            found.append((word, rest))
    return found
