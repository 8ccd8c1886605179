"""Drafts, review by a second person, publication and retirement, on a real database."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from mpp_catalog.main import Neighbours, build, publish
from mpp_catalog.storage.definition_files import parse
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_migrations import upgrade
from mpp_runtime.tokens import TokenVerifier
from mpp_testing.backends import Databases
from sqlalchemy import text

from tests.integration.catalog.conftest import DEFINITIONS, Operators, Templates, make_settings
from tests.unit.runtime.issuer import ISSUER, Issuer

API = "/api/catalog/v1"
SERVICE = "surat-keterangan-usaha"
ONE, TWO, THREE = (f"0198c0de-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
GROUND = {"reason": "The village law changed.", "legal_reference": {"title": "UU 6/2014", "source": "S31"}}
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Jayapura")).date()


MALLS = ("33.14", "33.15", "64.72")


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with one public service and three malls."""
    folder = Path(shutil.copytree(DEFINITIONS, tmp_path_factory.mktemp("village") / "definitions"))
    for path in [*folder.glob("public_services/*.yaml"), *folder.glob("overrides/*/*.yaml")]:
        if path.stem != SERVICE:
            path.unlink()
    for path in folder.glob("offerings/*.yaml"):
        path.unlink()
    malls = folder / "malls" / "malls.yaml"
    lines = malls.read_text().splitlines(keepends=True)
    malls.write_text("".join(line for line in lines if "- { code" not in line or any(f'"{m}"' in line for m in MALLS)))
    return folder


@pytest.fixture(scope="session")
def village_url(postgres: Databases, village: Path) -> Iterator[str]:
    """One seeded database for all of these tests: each works on a public service of its own."""
    url = postgres.create_database()

    async def seed() -> None:
        await upgrade("mpp_catalog", url)
        database = Database.connect(url)
        await publish(database, village, None, Templates())
        await database.close()

    asyncio.run(seed())
    yield url
    postgres.drop_database(url)


@dataclass
class Desk:
    """The API as each operator uses it."""

    http: httpx.AsyncClient
    issuer: Issuer
    templates: Templates
    database: Database

    def headers(self, officer: str | None, **more: str) -> dict[str, str]:
        if officer is None:
            return more
        roles = [{"role": "operator", "agency": None, "region": None}]
        token = self.issuer.token(officer, kind="officer", roles=roles)
        return {"Authorization": f"Bearer {token}", **more}

    async def ask(
        self, officer: str | None, method: str, path: str, body: Any = None, expect: int = 200, **headers: str
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.http.request(method, API + path, json=body, headers=self.headers(officer, **sent))
        assert answer.status_code == expect, answer.text
        return answer

    async def open(self, officer: str = ONE, **body: str) -> dict[str, Any]:
        answer = await self.ask(officer, "POST", "/drafts", {"service": SERVICE, **body}, 201)
        assert answer.headers["location"] == f"{API}/drafts/{answer.json()['id']}"
        return dict(answer.json())

    async def put(self, officer: str, draft: dict[str, Any], expect: int = 200) -> dict[str, Any]:
        path, tag = f"/drafts/{draft['id']}", f'"{draft["revision"]}"'
        answer = await self.ask(officer, "PUT", path, {"document": draft["document"]}, expect, If_Match=tag)
        return dict(answer.json())

    async def rows(self, sql: str) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.execute(text(sql))).all())

    async def proposed(self, service: str, **changes: Any) -> dict[str, Any]:
        """A copy of the village's letter under a code of its own, with changes, proposed by its editor."""
        draft = await self.open(service=service, copy_of=SERVICE)
        draft["document"] |= changes
        draft["document"]["name"] = {"id": "Surat uji", "en": f"Letter {service}"}
        draft = await self.put(ONE, draft)
        assert draft["problems"] == []
        return dict((await self.ask(ONE, "POST", f"/drafts/{draft['id']}/proposal", GROUND)).json())

    async def published(self, service: str, **changes: Any) -> dict[str, Any]:
        draft = await self.proposed(service, **changes)
        return dict((await self.ask(TWO, "POST", f"/drafts/{draft['id']}/approval")).json())


@pytest.fixture
async def desk(village_url: str, nats_server: str, issuer: Issuer) -> AsyncIterator[Desk]:
    database = Database.connect(village_url)
    settings = make_settings(nats_server)
    bus = await Bus.connect(settings, "catalog")
    templates = Templates()
    parts = build(settings, database, bus, TokenVerifier(issuer.jwks, ISSUER), Neighbours(templates, Operators()))
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    headers = {"Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog", headers=headers) as http:
        yield Desk(http, issuer, templates, database)
    await bus.close()
    await database.close()


async def test_a_draft_begins_from_the_newest_version_and_keeps_what_is_unfinished(desk: Desk) -> None:
    draft = await desk.open()
    assert (draft["version"], draft["base_version"], draft["state"]) == (f"{TODAY.year}.2", "2026.1", "editing")
    assert draft["problems"] == []
    assert draft["document"]["effective_from"] == str(TODAY + timedelta(days=1))
    draft["document"]["name"] = {"id": "", "en": 5}
    del draft["document"]["workflow"]
    draft["document"]["nonsense"] = [1.5, {"x": None}]
    kept = await desk.put(ONE, draft)
    assert kept["document"] == draft["document"]
    assert {"/", "/name/id", "/name/en", "/nonsense"} <= {problem["where"] for problem in kept["problems"]}
    assert all(problem["message"]["id"] and problem["message"]["en"] for problem in kept["problems"])
    answer = await desk.ask(TWO, "GET", f"/drafts/{draft['id']}")
    assert (answer.json(), answer.headers["etag"]) == (kept, '"2"')
    assert answer.headers["cache-control"] == "no-store"
    listed = (await desk.ask(TWO, "GET", "/drafts?state=editing")).json()["items"]
    assert {"id": draft["id"], "problems": len(kept["problems"])}.items() <= listed[0].items()
    said = (await desk.ask(TWO, "GET", f"/drafts/{draft['id']}/yaml")).text
    assert parse("draft", said).document == kept["document"]
    (opened, edited) = kept["history"]
    assert (opened["what"], edited["what"], edited["who"]["name"]) == ("opened", "edited", "Operator 1")
    assert set(edited["changed"]) >= {"/name/id", "/workflow", "/nonsense"}
    await desk.ask(TWO, "GET", f"/drafts/{draft['id']}/preview?mall=33.14", expect=422)
    await desk.ask(ONE, "POST", f"/drafts/{draft['id']}/proposal", GROUND, 422)


async def test_smoke(desk: Desk) -> None:
    done = await desk.published("uji-satu")
    assert done["state"] == "published"
    for path in ("versions", f"versions/{done['version']}", f"versions/{done['version']}.yaml"):
        print((await desk.ask(None, "GET", f"/services/uji-satu/{path}")).text[:1500])
    print((await desk.ask(None, "GET", "/offerings/33.14/uji-satu", expect=404)).text)
