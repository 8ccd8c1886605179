"""A client as it should be: it repeats a request under the same key until it knows what became of it, in a diary.

The diary is what `mpp check --history` reads (docs/reliability.md).
"""

import json
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from mpp_cli.demo.client import Visitor
from mpp_cli.errors import CommandError

PAUSE_SECONDS = 0.4
NO_ANSWER = (408, 429, 502, 503, 504)


class GaveUp(Exception):
    """No answer for longer than anybody would wait."""


class Diary:
    """JSON lines of what clients asked and were told; safe for threads."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.statuses: dict[int, int] = {}
        self._lock = threading.Lock()

    def write(self, op: str, verb: str, event: str, **more: Any) -> None:
        line = {"op": op, "verb": verb, "event": event} | {key: value for key, value in more.items() if value}
        with self._lock, self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def count(self, status: int) -> None:
        """Every answer's status, of requests that change nothing too."""
        with self._lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1


class PatientVisitor:
    """Someone at the mall, signed in or not, who tries again. `patience` in seconds, for each request by itself."""

    def __init__(self, url: str, account: str | None, diary: Diary, patience: float = 120) -> None:
        self._visitor = Visitor(url)
        self._visitor.http.timeout = httpx.Timeout(20)
        self._account, self._diary, self._patience = account, diary, patience
        if account is not None:
            self._sign_in(account)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a resource."""
        return self._settled("GET", path, params=params).json()

    def content(self, path: str) -> bytes:
        """The bytes of a resource."""
        return self._settled("GET", path).content

    def do(self, verb: str, path: str, *, application: str = "", version: int | None = None, **request: Any) -> Any:
        """A POST that is recorded, under one key however often it is sent. Raises httpx.HTTPStatusError if refused."""
        op, key = str(uuid.uuid4()), str(uuid.uuid4())
        headers = {"Idempotency-Key": key} | ({"If-Match": f'"{version}"'} if version is not None else {})

        def unknown(status: int) -> None:
            self._diary.write(op, verb, "info", status=status)

        self._diary.write(op, verb, "invoke", key=key, application=application)
        answer = self._settled("POST", path, headers=headers, unknown=unknown, **request)
        if not answer.is_success:
            self._diary.write(op, verb, "fail", status=answer.status_code)
        told = answer.raise_for_status().json()
        made = application or told["id"]
        self._diary.write(op, verb, "ok", status=answer.status_code, application=made, version=told["version"])
        return told

    def again(self, method: str, path: str, **request: Any) -> httpx.Response:
        """A request that is harmless to repeat; the answer, whatever it is."""
        return self._settled(method, path, **request)

    def _sign_in(self, account: str) -> None:
        end = time.monotonic() + self._patience
        while True:
            try:
                self._visitor.http.headers.pop("Authorization", None)
                self._visitor.http.cookies.clear()  # a session that began would be sent back without being asked
                self._visitor.sign_in(account)
                return
            except (CommandError, httpx.TransportError) as error:
                # Signing in is begun anew as a whole: each step of it is good once.
                if time.monotonic() > end:
                    raise GaveUp(f"signing in as {account}: {error}") from error
                time.sleep(PAUSE_SECONDS)

    def _settled(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, unknown: Any = None, **request: Any
    ) -> httpx.Response:
        end, last = time.monotonic() + self._patience, ""
        while time.monotonic() < end:
            try:
                answer = self._visitor.http.request(method, path, headers=headers, **request)
            except httpx.TransportError as error:
                last = type(error).__name__
                if unknown:
                    unknown(0)
            else:
                self._diary.count(answer.status_code)
                if answer.status_code == 401 and self._account is not None:
                    self._sign_in(self._account)
                    continue
                if answer.status_code < 500 and answer.status_code not in NO_ANSWER:
                    return answer
                last = f"{answer.status_code} {answer.text[:300]}"
                if unknown:
                    unknown(answer.status_code)
                if answer.status_code not in NO_ANSWER:
                    raise AssertionError(f"{method} {path} broke: {last}")
                if answer.status_code in (429, 503) and "retry-after" not in answer.headers:
                    raise AssertionError(f"{method} {path} does not say when to try again: {last}")
            time.sleep(PAUSE_SECONDS)
        raise GaveUp(f"{method} {path}: {last}")
