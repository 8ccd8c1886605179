"""People at work: each asks for one thing after the other, without a pause, and nothing they ask for may fail."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from mpp_cli.demo.client import Visitor

API = "/api/applications/v1"
MALL, SERVICE = "33.14", "sip-perawat"
PATIENCE = 30.0
PAUSE = 0.05


@dataclass
class Tally:
    """What was asked and what came. `failures`: (what, outcome) to how often; `slowest` in seconds."""

    answered: Counter[str] = field(default_factory=Counter)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: float = 0.0
    seconds: float = 0.0

    def note(self, what: str, spent: float, outcome: str = "") -> None:
        """One request: an empty outcome is the expected answer."""
        self.slowest = max(self.slowest, spent)
        self.seconds += spent
        if outcome:
            self.failures[what, outcome] += 1
        else:
            self.answered[what] += 1


class Person:
    """One person's connections. An answer other than the expected one is a failure, and so is none."""

    def __init__(self, url: str, token: str, tally: Callable[[], Tally]) -> None:
        self._tally = tally
        headers = {"Accept-Language": "id"} | ({"Authorization": token} if token else {})
        self._http = httpx.AsyncClient(base_url=url, timeout=PATIENCE, headers=headers, trust_env=False)

    async def asks(self, what: str, method: str, path: str, expect: int = 200, **more: object) -> httpx.Response | None:
        """The answer, or nothing when it was not the expected one; noted in either case."""
        begun = time.monotonic()
        try:
            answer = await self._http.request(method, path, **more)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            self._tally().note(what, time.monotonic() - begun, type(error).__name__)
            return None
        good = answer.status_code == expect
        outcome = "" if good else f"{answer.status_code} {answer.text[:160]}"
        self._tally().note(what, time.monotonic() - begun, outcome)
        return answer if good else None

    async def close(self) -> None:
        await self._http.aclose()


async def reader(one: Person) -> None:
    """Looks for a public service, reads what it asks for, and the pages of the portal."""
    await one.asks("search", "GET", "/api/catalog/v1/offerings", params={"mall": MALL, "q": "perawat"})
    await one.asks("offering", "GET", f"/api/catalog/v1/offerings/{MALL}/{SERVICE}")
    await one.asks("home page", "GET", "/")
    await one.asks("discovery", "GET", "/.well-known/openid-configuration")


async def nurse(one: Person) -> None:
    """Begins an application, writes in it, reads it, looks into her messages and her particulars."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"mall": MALL, "service": SERVICE, "answers": {}}
    draft = await one.asks("new draft", "POST", f"{API}/applications", 201, json=body, headers=key)
    if draft is not None:
        path = f"{API}/applications/{draft.json()['id']}"
        seen = await one.asks("read a draft", "GET", path)
        if seen is not None:
            change = {"answers": {"practice": {"name": "Klinik Sehat Demonstrasi"}}}
            match = {"If-Match": f'"{seen.json()["version"]}"'}
            await one.asks("write in a draft", "PATCH", path, json=change, headers=match)
    await one.asks("own applications", "GET", f"{API}/applications")
    await one.asks("messages", "GET", "/api/notifications/v1/inbox")
    await one.asks("particulars", "GET", "/api/identity/v1/me")


async def officer(one: Person) -> None:
    """Looks at the work that waits."""
    await one.asks("inbox", "GET", f"{API}/tasks", params={"limit": 20})
    await one.asks("counts", "GET", f"{API}/tasks/counts")


ROLES: dict[str, tuple[Callable[[Person], Awaitable[None]], str]] = {
    "reader": (reader, ""),
    "nurse": (nurse, "siti"),
    "officer": (officer, "rina"),
}


class Crowd:
    """`copies` of each role at work between `start` and `stop`. `tally` may be changed for a new one at any time."""

    def __init__(self, url: str, copies: int) -> None:
        self.tally = Tally()
        self._url, self._copies = url, copies
        self._stopped = asyncio.Event()
        self._work: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Signs everybody in and lets them begin."""
        for act, account in ROLES.values():
            token = await asyncio.to_thread(_token, self._url, account) if account else ""
            self._work += [asyncio.create_task(self._on(act, token)) for _ in range(self._copies)]

    async def stop(self) -> None:
        """Everybody finishes what is under way and goes."""
        self._stopped.set()
        await asyncio.gather(*self._work)

    async def _on(self, act: Callable[[Person], Awaitable[None]], token: str) -> None:
        person = Person(self._url, token, lambda: self.tally)
        while not self._stopped.is_set():
            await act(person)
            await asyncio.sleep(PAUSE)
        await person.close()


def _token(url: str, account: str) -> str:
    return str(Visitor(url).sign_in(account).http.headers["Authorization"])
