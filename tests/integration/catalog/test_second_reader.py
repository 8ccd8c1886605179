"""What is published reaches whoever reads: another copy of the catalogue within its second, others by events."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mpp_catalog.main import build, publish
from mpp_catalog.use_cases import offerings
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_runtime.tokens import TokenVerifier
from sqlalchemy import text

from tests.integration.catalog.conftest import DEFINITIONS, Templates, make_settings, neighbours
from tests.unit.runtime.issuer import ISSUER, Issuer

API = "/api/catalog/v1"


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    """A folder of one public service, to change."""
    folder = Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))
    for path in [*folder.glob("public_services/*.yaml"), *folder.glob("overrides/*/*.yaml")]:
        if path.stem != "akta-kelahiran":
            path.unlink()
    for path in folder.glob("offerings/*.yaml"):
        path.unlink()
    return folder


@pytest.fixture
async def reader(database: Database, nats_server: str, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """A catalogue that publishes nothing itself, with connections of its own."""
    settings = make_settings(nats_server)
    own = Database.connect(database.engine.url.render_as_string(hide_password=False))
    bus = await Bus.connect(settings, "catalog")
    parts = build(settings, own, bus, TokenVerifier(issuer.jwks, ISSUER), neighbours())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(parts.app), base_url="http://catalog") as client:
        yield client
    await bus.close()
    await own.close()


async def told(database: Database) -> list[tuple[str, str, Any]]:
    """The facts that are no offering's or definition's."""
    async with database.read() as session:
        found = await session.execute(
            text("SELECT key, type, body FROM events WHERE type ~ '(Reference|Search)Changed$' ORDER BY tx, seq")
        )
        return [(key, type_.rsplit(".", 1)[1], json.loads(body)) for key, type_, body in found]


def edit(path: Path, old: str, new: str) -> None:
    content = path.read_text()
    assert old in content, old
    path.write_text(content.replace(old, new, 1))


async def test_what_is_not_a_definition_reaches_another_reader_too(
    database: Database, definitions: Path, reader: httpx.AsyncClient
) -> None:
    async def read(path: str, **params: str) -> tuple[str, Any]:
        answer = await reader.get(API + path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.headers["etag"], answer.json()

    async def everything() -> list[tuple[str, Any]]:
        return [
            await read("/malls"),
            await read("/agencies/dukcapil"),
            await read("/offerings", mall="33.14", q="zuluq"),
            await read("/offerings", mall="33.14", q="qwopz"),
        ]

    await publish(database, definitions, None, Templates())
    (first,) = await told(database)
    assert first[:2] == ("reference", "ReferenceChanged")
    assert (len(first[2]["malls"]), first[2]["regions"], "birth" in first[2]["lifeEvents"]) == (21, True, True)
    before = await everything()
    assert await everything() == before

    edit(definitions / "malls/malls.yaml", "MPP Digital Kabupaten Sragen", "MPP Digital Sragen")
    await publish(database, definitions, None, Templates())
    edit(definitions / "agencies/dukcapil.yaml", "en: ", "en: The ")
    await publish(database, definitions, None, Templates())
    edit(definitions / "search/synonyms.yaml", "akta lahir, ", "akta lahir, zuluq, ")
    await publish(database, definitions, None, Templates())
    edit(definitions / "search/life_events.yaml", "[bayi lahir, ", "[bayi lahir, qwopz, ")
    await publish(database, definitions, None, Templates())
    await publish(database, definitions, None, Templates())

    assert (await told(database))[1:] == [
        ("reference", "ReferenceChanged", {"malls": ["33.14"]}),
        ("reference", "ReferenceChanged", {"agencies": ["dukcapil"]}),
        ("akta-kelahiran", "SearchChanged", {"service": "akta-kelahiran"}),
        ("reference", "ReferenceChanged", {"lifeEvents": ["birth"]}),
    ]
    await asyncio.sleep(offerings._LOOK_AGAIN_SECONDS)
    after = await everything()
    assert all(old[0] != new[0] for old, new in zip(before, after, strict=True)), "each has another ETag"
    malls, agency, synonym, event = (body for _, body in after)
    assert "MPP Digital Sragen" in {mall["name"] for mall in malls["items"]}
    assert agency["name"]["en"].startswith("The ")
    assert (before[2][1]["items"], [item["service"] for item in synonym["items"]]) == ([], ["akta-kelahiran"])
    assert (before[3][1]["life_event"], event["life_event"]["code"]) == (None, "birth")
