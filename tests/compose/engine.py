"""Talks to the Docker engine by its command line."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from tests.compose.files import ROOT


def docker(*arguments: str, seconds: float = 600, environment: Mapping[str, str] | None = None) -> str:
    """What `docker ...` says, run at the root of the project.

    Raises:
        AssertionError: it failed; the message holds all it said.
    """
    ran = subprocess.run(
        ["docker", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )
    assert ran.returncode == 0, f"docker {' '.join(arguments)} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def inspect(what: str) -> dict[str, Any]:
    """What the engine knows of an image, a container, a volume."""
    return dict(json.loads(docker("inspect", what))[0])
