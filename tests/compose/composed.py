"""A mall from compose.yaml, run and steered as an operator would."""

import os
import time
from collections.abc import Callable

from mpp_embedded import free_port

from tests.compose.engine import docker, inspect
from tests.compose.images import name_of

KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"


class Composed:
    """A project of its own on a port of its own, from compose.yaml."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"

    def compose(self, *arguments: str, seconds: float = 600) -> str:
        """What `docker compose ...` says of this mall."""
        environment = {**os.environ, "MPP_PORT": str(self.port)}
        return docker("compose", "-p", self.project, *arguments, seconds=seconds, environment=environment)

    def up(self, *more: str) -> None:
        """Starts what does not run, and waits until all of it is healthy."""
        self.compose("up", "--detach", "--no-build", "--wait", *more)

    def containers(self, service: str) -> list[str]:
        """Ids of the copies of a service, stopped ones too."""
        return self.compose("ps", "--quiet", "--all", service).split()

    def container(self, service: str) -> str:
        """The id of the only copy."""
        (only,) = self.containers(service)
        return only

    def kill_process(self, service: str) -> None:
        """Ends the process of a container as a crash would: `docker kill` would count as an operator's wish."""
        pid = inspect(self.container(service))["State"]["Pid"]
        python = ["--entrypoint", "/app/bin/python", name_of("cli"), "-c", KILL, str(pid)]
        docker("run", "--rm", "--pid=host", "--user=0:0", *python)

    def left_behind(self) -> dict[str, str]:
        """What the engine still has of the project: containers, volumes, networks."""
        label = f"label=com.docker.compose.project={self.project}"
        kinds = {"containers": ["ps", "--all"], "volumes": ["volume", "ls"], "networks": ["network", "ls"]}
        found = {kind: docker(*command, "--quiet", "--filter", label).strip() for kind, command in kinds.items()}
        return {kind: said for kind, said in found.items() if said}


def eventually(what: str, holds: Callable[[], bool], seconds: float = 120) -> None:
    """Asks until it holds. Raises AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.5)
