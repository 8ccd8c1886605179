"""Seeding: fast, repeatable, and a published version never changes."""

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mpp_catalog.main import publish
from mpp_catalog.storage import StoredOfferings, StoredReference, read_agency_keys
from mpp_catalog.storage.tables import RegionRow
from mpp_ledger.database import Database
from mpp_runtime.errors import Conflict, Invalid, Text, TryLater
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from tests.integration.catalog.conftest import DEFINITIONS, Templates

NOVEMBER = datetime(2026, 11, 24, 3, tzinfo=UTC)
FEW = ("akta-kelahiran", "sip-perawat", "surat-keterangan-usaha")
SIP = "public_services/sip-perawat.yaml"
CATALOG_TABLES = {
    "regions", "malls", "agencies", "calendar_versions", "definitions", "overrides", "offerings", "offering_periods",
    "search_words", "search_texts", "life_events", "life_event_phrases", "unmet_searches", "catalog_state",
    "seeded", "drafts", "draft_history", "retirements",
}  # fmt: skip


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with three of its public services: publishing them all takes seconds, and they go the same way."""
    folder = Path(shutil.copytree(DEFINITIONS, tmp_path_factory.mktemp("few") / "definitions"))
    for path in [*folder.glob("public_services/*.yaml"), *folder.glob("overrides/*/*.yaml")]:
        if path.stem not in FEW:
            path.unlink()
    for path in folder.glob("offerings/*.yaml"):
        path.unlink()
    return folder


@pytest.fixture
def definitions(few: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to change."""
    return Path(shutil.copytree(few, tmp_path / "definitions"))


def edit(path: Path, *changes: tuple[str, str]) -> None:
    content = path.read_text()
    for old, new in changes:
        assert old in content, old
        content = content.replace(old, new)
    path.write_text(content)


def rename_version(definitions: Path, version: str, starts: str) -> None:
    """The nurse's permit and its overrides as a new version."""
    edit(
        definitions / SIP,
        ('version: "2026.1"', f'version: "{version}"'),
        ("effective_from: 2026-01-01", f"effective_from: {starts}"),
    )
    for path in definitions.glob("overrides/*/sip-perawat.yaml"):
        edit(
            path,
            ('version: "2026.1"', f'version: "{version}"'),
            ("effective_from: 2026-01-01", f"effective_from: {starts}"),
        )


async def rows(database: Database, sql: str, **values: Any) -> list[Any]:
    async with database.read() as session:
        return list((await session.execute(text(sql), values)).all())


async def test_seeding_is_fast_and_doing_it_again_changes_nothing(database: Database, few: Path) -> None:
    started = time.monotonic()
    first = await publish(database, few, None, templates := Templates())
    assert time.monotonic() - started < 10, "about 1 s on an idle machine"
    assert first.published == ("akta-kelahiran 2026.1", "sip-perawat 2026.1", "surat-keterangan-usaha 2026.1")
    assert (first.regions, first.malls, first.changed_offerings) == (7975, 21, 63)
    assert len(templates.asked) == 6, "each message of each new definition is judged in both languages"
    events = await rows(database, "SELECT type, key, version, subject FROM events ORDER BY key, version")

    again = Templates(problems=["nobody must be asked"])
    second = await publish(database, few, None, again)
    assert (second.published, second.changed_offerings, again.asked) == ((), 0, [])
    assert await rows(database, "SELECT type, key, version, subject FROM events ORDER BY key, version") == events


async def test_what_was_published_is_in_the_ledger(database: Database, few: Path) -> None:
    await publish(database, few, None, Templates())
    events = await rows(
        database, "SELECT type, version, subject, body FROM events WHERE key = 'sip-perawat' ORDER BY version"
    )
    assert [event.version for event in events] == list(range(1, 23))
    assert events[0].type == "mpp.catalog.v1.DefinitionPublished"
    changed = {event.subject for event in events[1:]}
    assert "mpp.catalog.v1.OfferingChanged.33.14" in changed
    assert len(changed) == 21
    (digest,) = await rows(database, "SELECT digest FROM definitions WHERE service = 'sip-perawat'")
    assert json.loads(events[0].body) == {"service": "sip-perawat", "version": "2026.1", "digest": digest.digest}


@pytest.mark.parametrize(
    ("file", "change", "what"),
    [
        (SIP, ("max_bytes: 2000000", "max_bytes: 3000000"), "definition"),
        ("templates/sip-perawat.typ", ("perawat", "perawat "), "templates"),
        ("templates/letter.typ", ('paper: "a4"', 'paper: "a5"'), "templates"),
    ],
)
async def test_a_published_version_never_changes(
    database: Database, definitions: Path, file: str, change: tuple[str, str], what: str
) -> None:
    await publish(database, definitions, None, Templates())
    before = await rows(database, "SELECT service, version, digest FROM definitions ORDER BY 1, 2")
    edit(definitions / file, change)
    with pytest.raises(Conflict, match="version-published") as refusal:
        await publish(database, definitions, None, Templates())
    assert f"already published with another {what}" in refusal.value.detail.en
    assert await rows(database, "SELECT service, version, digest FROM definitions ORDER BY 1, 2") == before


@pytest.mark.parametrize("table", ["definitions", "offerings", "calendar_versions"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET body = body", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_the_database_itself_refuses_a_change(seeded: Database, table: str, sql: str) -> None:
    with pytest.raises(DBAPIError, match="never changes"):
        async with seeded.transaction() as transaction:
            await transaction.session.execute(text(sql.format(table)))


async def test_a_later_version_comes_into_force_on_its_day_and_an_old_digest_stays(
    database: Database, definitions: Path
) -> None:
    await publish(database, definitions, None, Templates())
    offerings = StoredOfferings(database)
    old = await offerings.in_force("33.14", "sip-perawat", NOVEMBER)
    assert old is not None
    rename_version(definitions, "2027.1", "2027-01-01")
    edit(definitions / SIP, ("max_bytes: 2000000", "max_bytes: 3000000"))
    report = await publish(database, definitions, None, Templates())
    assert report.published == ("sip-perawat 2027.1",)
    assert report.changed_offerings == 21

    # The last second of the year at the mall (UTC+7), and the first of the next one.
    still = await offerings.in_force("33.14", "sip-perawat", datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC))
    assert still is not None
    assert (still.digest, still.ends) == (old.digest, datetime(2026, 12, 31, 17, tzinfo=UTC))
    new = await offerings.in_force("33.14", "sip-perawat", datetime(2026, 12, 31, 17, tzinfo=UTC))
    assert new is not None
    assert json.loads(new.body)["version"] == "2027.1"
    # An hour earlier where the day begins earlier.
    east = await offerings.in_force("64.72", "sip-perawat", datetime(2026, 12, 31, 16, tzinfo=UTC))
    assert east is not None
    assert json.loads(east.body)["version"] == "2027.1"

    pinned = await offerings.by_digest(old.digest)
    assert pinned is not None
    assert pinned.body == old.body
    assert json.loads(pinned.body)["override"] is not None


async def test_an_override_that_goes_makes_a_new_offering(database: Database, definitions: Path) -> None:
    await publish(database, definitions, None, Templates())
    (definitions / "overrides/33.15/sip-perawat.yaml").unlink()
    report = await publish(database, definitions, None, Templates())
    assert (report.published, report.changed_offerings) == ((), 1)
    offering = await StoredOfferings(database).in_force("33.15", "sip-perawat", NOVEMBER)
    assert offering is not None
    assert json.loads(offering.body)["override"] is None
    (last,) = await rows(database, "SELECT subject FROM events WHERE key = 'sip-perawat' ORDER BY version DESC LIMIT 1")
    assert last.subject == "mpp.catalog.v1.OfferingChanged.33.15"


async def test_nothing_is_published_when_a_message_is_wrong(database: Database, few: Path) -> None:
    with pytest.raises(Invalid, match="message-template") as refusal:
        await publish(database, few, None, Templates(problems=["subject: unknown placeholder 'nik'"]))
    assert "akta-kelahiran 2026.1, messages/DocumentIssued/id: subject: unknown placeholder" in refusal.value.detail.en
    assert await rows(database, "SELECT 1 FROM definitions") == []
    assert await rows(database, "SELECT 1 FROM events") == []


async def test_nothing_is_published_when_notifications_is_away(database: Database, few: Path) -> None:
    class Away(Templates):
        async def check(self, event: str, language: str, subject: str, body: str) -> list[str]:
            self.asked.append((event, language))
            raise TryLater("unavailable", Text("x", "x"))

    away = Away()
    with pytest.raises(TryLater, match="notifications-away"):
        await publish(database, few, None, away, patience=0.6)
    assert len(away.asked) > 1, "it is asked again before giving up"
    assert await rows(database, "SELECT 1 FROM definitions") == []


async def test_a_wrong_folder_is_refused_before_anything_is_written(database: Database, definitions: Path) -> None:
    edit(definitions / SIP, ("to: registry-check", "to: registri"))
    with pytest.raises(SystemExit, match="there is no state 'registri'"):
        await publish(database, definitions, None, Templates())
    assert await rows(database, "SELECT 1 FROM regions") == []


async def test_agency_keys_are_stored_and_stay(database: Database, tmp_path: Path, few: Path) -> None:
    jwks = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "synthetic", "use": "sig", "kid": "sdmk-sig"}]}
    (tmp_path / "sdmk").mkdir()
    (tmp_path / "sdmk" / "public.jwks.json").write_text(json.dumps(jwks))
    (tmp_path / "sdmk" / "private.jwks.json").write_text("never read")
    await publish(database, few, tmp_path, Templates())
    await publish(database, few, None, Templates())
    agency = await StoredReference(database).agency("sdmk")
    assert agency is not None
    assert agency.jwks == jwks
    assert agency.may_answer("check", "sip-perawat")
    assert not agency.may_answer("check", "akta-kelahiran")


def test_a_private_key_is_never_taken(tmp_path: Path) -> None:
    (tmp_path / "sdmk").mkdir()
    (tmp_path / "sdmk" / "public.jwks.json").write_text(json.dumps({"keys": [{"kty": "OKP", "d": "x"}]}))
    with pytest.raises(ValueError, match="private key"):
        read_agency_keys(tmp_path)


async def test_the_tables_are_those_of_the_models(database: Database) -> None:
    models = {name: {column.name for column in table.columns} for name, table in RegionRow.metadata.tables.items()}
    assert set(models) == CATALOG_TABLES

    def columns(connection: Connection) -> dict[str, set[str]]:
        look = inspect(connection)
        return {name: {column["name"] for column in look.get_columns(name)} for name in models}

    async with database.read() as session:
        assert await (await session.connection()).run_sync(columns) == models


async def test_new_synonyms_are_searched_and_change_no_offering(database: Database, definitions: Path) -> None:
    await publish(database, definitions, None, Templates())
    changes = "SELECT count(*) FROM events WHERE type ~ 'Offering|Definition'"
    events = await rows(database, changes)
    found = "SELECT count(*) FROM search_texts WHERE words @@ to_tsquery('simple', 'suntik')"
    assert await rows(database, found) == [(0,)]
    edit(definitions / "search" / "synonyms.yaml", ("[perawat, ners, nurse]", "[perawat, ners, nurse, suntik]"))
    report = await publish(database, definitions, None, Templates())
    assert (report.changed_offerings, await rows(database, changes)) == (0, events)
    texts = "SELECT count(*) FROM search_texts WHERE service = 'sip-perawat'"
    assert (await rows(database, found), await rows(database, texts)) == ([(1,)], [(1,)]), "one text, the old one gone"


async def test_the_rules_of_synonyms_are_part_of_the_check(database: Database, definitions: Path) -> None:
    edit(definitions / "search" / "synonyms.yaml", ("[perawat, ners, nurse]", "[perawat, ners, bidan]"))
    with pytest.raises(SystemExit, match=r"search/synonyms.yaml:\d+: /groups/\d+/0: 'bidan' is in group"):
        await publish(database, definitions, None, Templates())
