"""Drafts, review by a second person, publication and retirement, on a real database."""

import asyncio
import copy
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from mpp_catalog.main import Neighbours, build, publish
from mpp_catalog.storage import StoredOfferings
from mpp_catalog.storage.definition_files import parse
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_migrations import upgrade
from mpp_runtime.tokens import TokenVerifier
from mpp_testing.backends import Databases
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

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
    village: Path

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
        content = json.dumps(body) if body is not None else None  # in ASCII: it may hold half a surrogate pair
        told = self.headers(officer, **sent, **({"Content-Type": "application/json"} if content else {}))
        answer = await self.http.request(method, API + path, content=content, headers=told)
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
async def desk(village_url: str, village: Path, nats_server: str, issuer: Issuer) -> AsyncIterator[Desk]:
    database = Database.connect(village_url)
    settings = make_settings(nats_server)
    bus = await Bus.connect(settings, "catalog")
    templates = Templates()
    parts = build(settings, database, bus, TokenVerifier(issuer.jwks, ISSUER), Neighbours(templates, Operators()))
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    headers = {"Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog", headers=headers) as http:
        yield Desk(http, issuer, templates, database, village)
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


async def test_what_cannot_be_kept_is_refused_and_nothing_is_lost(desk: Desk) -> None:
    draft = await desk.open()
    path = f"/drafts/{draft['id']}"
    whole = draft["document"]
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    for document, status, code in (
        ({**whole, "code": "other"}, 422, "code-stays"),
        ({**whole, "x": "\0"}, 422, "unstorable-text"),
        ({**whole, "x": "\ud800"}, 422, "unstorable-text"),
        ({**whole, "x": deep}, 413, "too-deep"),
        ({**whole, "x": "y" * 300_000}, 413, "too-large"),
    ):
        refused = await desk.ask(ONE, "PUT", path, {"document": document}, status, If_Match='"1"')
        assert refused.json()["code"] == code
    assert (await desk.ask(ONE, "PUT", path, {"document": whole}, 428)).json()["code"] == "if-match-missing"
    await desk.put(TWO, draft | {"document": whole | {"category": "other"}})
    stale = (await desk.ask(ONE, "PUT", path, {"document": whole}, 412, If_Match='"1"')).json()
    assert (stale["changed_by"]["name"], stale["current"]) == ("Operator 2", '"2"')
    same = await desk.ask(ONE, "PUT", path, {"document": whole | {"category": "other"}}, If_Match='"2"')
    assert same.json()["revision"] == 2, "the same again is no change"


async def test_how_a_draft_begins(desk: Desk) -> None:
    new = await desk.open(service="surat-baru")
    assert (new["base_version"], new["version"], len(new["problems"]) > 20) == (None, f"{TODAY.year}.1", True)
    assert not [problem for problem in new["problems"] if problem["where"] == "/"], "nothing is missing, only empty"
    assert (await desk.open(service="surat-baru"))["version"] == f"{TODAY.year}.2", "the first is in work"
    copied = await desk.open(service="surat-salinan", copy_of=SERVICE, from_version="2026.1", version="2030.7")
    assert (copied["document"]["code"], copied["version"], copied["problems"]) == ("surat-salinan", "2030.7", [])
    for body, status, code in (
        ({"service": SERVICE, "from_version": "2019.1"}, 404, "not-found"),
        ({"service": "surat-x", "copy_of": "tidak-ada"}, 404, "not-found"),
        ({"service": SERVICE, "copy_of": SERVICE}, 409, "service-exists"),
        ({"service": SERVICE, "version": "2026.1"}, 409, "version-published"),
        ({"service": "Not A Code"}, 422, "invalid"),
    ):
        assert (await desk.ask(ONE, "POST", "/drafts", body, status)).json()["code"] == code
    once = {"Idempotency_Key": "once"}
    first = await desk.ask(ONE, "POST", "/drafts", {"service": SERVICE}, 201, **once)
    again = await desk.ask(ONE, "POST", "/drafts", {"service": SERVICE}, 201, **once)
    assert first.json() == again.json()
    other = await desk.ask(ONE, "POST", "/drafts", {"service": "surat-lain"}, 422, **once)
    assert other.json()["code"] == "idempotency-key-reused"
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await desk.ask(ONE, "GET", f"/drafts?limit=2{cursor and '&cursor='}{cursor}")).json()
        pages += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(pages) == len(set(pages)) == (await desk.rows("SELECT count(*) FROM drafts"))[0][0]
    assert {new["id"], copied["id"]} <= set(pages)


async def test_operators_are_told_what_a_definition_may_name(desk: Desk) -> None:
    told = (await desk.ask(ONE, "GET", "/references")).json()
    assert {"akta-kelahiran", "surat-keterangan-usaha"} <= set(told["templates"])
    assert {"S5", "S31b"} <= set(told["sources"])
    await desk.ask(None, "GET", "/references", expect=401)


async def test_two_people_publish_a_definition_at_every_mall(desk: Desk) -> None:
    before = await desk.rows("SELECT generation FROM catalog_state")
    draft = await desk.proposed("surat-terbit", effective_from=str(TODAY))
    path = f"/drafts/{draft['id']}"
    assert (draft["state"], draft["reason"], draft["proposer"]["name"]) == ("proposed", GROUND["reason"], "Operator 1")
    frozen = await desk.ask(ONE, "PUT", path, {"document": {}}, 409, If_Match=f'"{draft["revision"]}"')
    assert frozen.json()["code"] == "draft-state"
    assert (await desk.ask(ONE, "POST", f"{path}/approval", expect=409)).json()["code"] == "second-person-needed"
    preview = (await desk.ask(TWO, "GET", f"{path}/preview?mall=33.14")).json()
    changes = (await desk.ask(TWO, "GET", f"{path}/differences")).json()
    assert (changes["base_version"], changes["version"]) == (None, draft["version"])
    published = (await desk.ask(TWO, "POST", f"{path}/approval", {"comment": "Read it."})).json()
    assert [entry["what"] for entry in published["history"]] == ["opened", "edited", "proposed", "published"]
    again = await desk.ask(TWO, "POST", f"{path}/approval", {"comment": "Read it."})
    assert again.json() == published
    assert (await desk.ask(THREE, "POST", f"{path}/approval", expect=409)).json()["code"] == "draft-state"
    await desk.ask(ONE, "DELETE", path, expect=409)

    offering = await desk.ask(None, "GET", "/offerings/33.14/surat-terbit")
    assert offering.json() == preview, "as the preview showed it, byte for byte"
    events = await desk.rows("SELECT type FROM events WHERE key = 'surat-terbit' ORDER BY version")
    assert [event.type.rpartition(".")[2] for event in events] == ["DefinitionPublished"] + ["OfferingChanged"] * 3
    assert await desk.rows("SELECT generation FROM catalog_state") > before
    (version,) = (await desk.ask(None, "GET", "/services/surat-terbit/versions")).json()["items"]
    assert (version["state"], version["origin"], version["digest"]) == ("in-force", "draft", draft["digest"])
    assert (version["proposed_by"], version["approved_by"]) == (
        {"name": "Operator 1", "title": "Position 1"},
        {"name": "Operator 2", "title": "Position 2"},
    )
    assert (version["reason"], version["legal_reference"]) == (GROUND["reason"], GROUND["legal_reference"])
    found = (await desk.ask(None, "GET", "/offerings?mall=33.14&q=surat-terbit")).json()["items"]
    assert found[0]["service"] == "surat-terbit"


async def test_the_next_version_and_what_it_changes(desk: Desk, village: Path, tmp_path: Path) -> None:
    first = await desk.published("surat-lanjut", effective_from=str(TODAY))
    draft = await desk.open(service="surat-lanjut")
    await desk.open(service="surat-lanjut", version=draft["version"])
    draft["document"]["requirements"].pop()
    draft["document"]["standard"]["duration"]["working_days"] = 3
    draft = await desk.put(TWO, draft)
    told = (await desk.ask(TWO, "GET", f"/drafts/{draft['id']}/differences")).json()
    texts = {change["path"]: change["text"]["en"] for change in told["differences"]}
    dropped = "This version drops the requirement “Lease or consent of the owner of the premises”."
    assert texts["/requirements/premises-proof"] == dropped
    days = "Service standard (standard/duration/working_days): 2 becomes 3."
    assert texts["/standard/duration/working_days"] == days
    await desk.ask(TWO, "POST", f"/drafts/{draft['id']}/proposal", GROUND)
    await desk.ask(THREE, "POST", f"/drafts/{draft['id']}/approval")
    versions = "/services/surat-lanjut/versions"
    a, b = first["version"], draft["version"]
    same = (await desk.ask(None, "GET", f"{versions}/{a}/differences/{b}")).json()
    assert same == told
    assert [(v["version"], v["state"]) for v in (await desk.ask(None, "GET", versions)).json()["items"]] == [
        (b, "published"), (a, "in-force"),
    ]  # fmt: skip
    answer = await desk.ask(None, "GET", f"{versions}/{b}.yaml")
    assert answer.headers["cache-control"].endswith("immutable")
    assert parse("version", answer.text).document == draft["document"]

    # Seeding knows nothing of it and leaves it; exported into the folder, it is what is published.
    report = await publish(desk.database, village, None, Templates())
    assert (report.published, report.changed_offerings) == ((), 0)
    folder = Path(shutil.copytree(village, tmp_path / "definitions"))
    (folder / "public_services" / "surat-lanjut.yaml").write_text(answer.text)
    report = await publish(desk.database, folder, None, Templates(problems=["nobody must be asked"]))
    assert (report.published, report.changed_offerings) == ((), 0)
    assert (await desk.ask(TWO, "GET", versions)).json()["items"][0]["origin"] == "draft"


async def test_a_proposal_is_returned_mended_and_its_editor_is_no_second_person(desk: Desk) -> None:
    draft = await desk.proposed("surat-kembali")
    path = f"/drafts/{draft['id']}"
    await desk.ask(TWO, "POST", f"{path}/return", {"comment": " "}, 422)
    returned = (await desk.ask(TWO, "POST", f"{path}/return", {"comment": "The fee is missing."})).json()
    assert (returned["state"], returned["history"][-1]["comment"]) == ("returned", "The fee is missing.")
    returned["document"]["education"].pop()
    await desk.put(TWO, returned)
    await desk.ask(ONE, "POST", f"{path}/proposal", GROUND)
    for editor in (ONE, TWO):
        refused = await desk.ask(editor, "POST", f"{path}/approval", expect=409)
        assert refused.json()["code"] == "second-person-needed"
    seen = {"If_Match": f'"{draft["revision"]}"'}
    assert (await desk.ask(THREE, "POST", f"{path}/approval", expect=412, **seen)).json()["changed_by"]["id"] == ONE
    await desk.ask(THREE, "POST", f"{path}/approval")


async def test_a_template_that_changes_meanwhile_changes_no_proposal(desk: Desk) -> None:
    draft = await desk.open(service="surat-templat")
    draft["document"] = (await desk.open(service="x", copy_of=SERVICE))["document"] | {"code": "surat-templat"}
    assert (await desk.put(ONE, draft))["problems"] == []
    proposed = (await desk.ask(ONE, "POST", f"/drafts/{draft['id']}/proposal", GROUND)).json()
    # As a seeding with another look would.
    async with desk.database.transaction() as transaction:
        look = "UPDATE seeded SET body = body || '{\"surat-keterangan-usaha\": \"other\"}' WHERE name = 'templates'"
        await transaction.session.execute(text(look))
    await desk.ask(TWO, "POST", f"/drafts/{draft['id']}/approval")
    (stored,) = await desk.rows("SELECT digest FROM definitions WHERE service = 'surat-templat'")
    assert stored.digest == proposed["digest"]


async def test_messages_are_asked_of_notifications_before_a_proposal(desk: Desk) -> None:
    draft = await desk.open(service="surat-pesan", copy_of=SERVICE)
    desk.templates.problems.append("subject: unknown placeholder 'nik'")
    refused = await desk.ask(ONE, "POST", f"/drafts/{draft['id']}/proposal", GROUND, 422)
    languages = {f"/messages/DocumentIssued/{language}" for language in ("id", "en")}
    assert {error["field"] for error in refused.json()["errors"]} == languages
    desk.templates.problems.clear()
    ground = {"reason": "x", "legal_reference": {"title": "x", "source": "S999"}}
    refused = await desk.ask(ONE, "POST", f"/drafts/{draft['id']}/proposal", ground, 422)
    assert refused.json()["code"] == "unknown-source"
    await desk.ask(ONE, "DELETE", f"/drafts/{draft['id']}", expect=204)
    gone = (await desk.ask(ONE, "GET", f"/drafts/{draft['id']}")).json()
    assert (gone["state"], gone["history"][-1]["what"]) == ("discarded", "discarded")
    assert (await desk.ask(ONE, "POST", f"/drafts/{draft['id']}/proposal", GROUND, 409)).json()["code"] == "draft-state"


async def test_two_drafts_cannot_become_the_same_version(desk: Desk) -> None:
    one, two = await desk.proposed("surat-kembar"), await desk.proposed("surat-kembar")
    two["document"]["version"] = one["version"]
    await desk.ask(TWO, "POST", f"/drafts/{two['id']}/return", {"comment": "Same version, please."})
    two = (await desk.ask(ONE, "GET", f"/drafts/{two['id']}")).json()
    two["document"]["version"] = one["version"]
    await desk.put(ONE, two)
    await desk.ask(ONE, "POST", f"/drafts/{two['id']}/proposal", GROUND)
    answers = await asyncio.gather(
        *(
            desk.http.post(f"{API}/drafts/{id}/approval", headers=desk.headers(officer))
            for id, officer in ((one["id"], TWO), (two["id"], THREE))
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "version-published"}
    assert len(await desk.rows("SELECT 1 FROM definitions WHERE service = 'surat-kembar'")) == 1


@pytest.mark.parametrize(("second", "answers"), [(TWO, [200, 200]), (THREE, [200, 409])])
async def test_approving_twice_at_once_publishes_once(desk: Desk, second: str, answers: list[int]) -> None:
    service = f"surat-dua-kali-{answers[1]}"
    draft = await desk.proposed(service)
    path = f"{API}/drafts/{draft['id']}/approval"
    got = await asyncio.gather(*(desk.http.post(path, headers=desk.headers(officer)) for officer in (TWO, second)))
    assert sorted(answer.status_code for answer in got) == answers
    events = await desk.rows(f"SELECT 1 FROM events WHERE key = '{service}' AND type LIKE '%DefinitionPublished'")
    assert len(events) == 1


async def test_an_approval_and_an_edit_at_once_publish_what_was_proposed(desk: Desk) -> None:
    # The edit starts later each time, so that each may be the first.
    for round_, head_start in enumerate((0, 0.01, 0.05, 0.2)):
        service = f"surat-lomba-{round_}"
        draft = await desk.proposed(service)
        path, edited = f"{API}/drafts/{draft['id']}", copy.deepcopy(draft["document"])
        edited["category"] = "changed"

        async def edit(path: str = path, edited: Any = edited, head_start: float = head_start) -> httpx.Response:
            await asyncio.sleep(head_start)
            returned = await desk.http.post(f"{path}/return", json={"comment": "Wait."}, headers=desk.headers(ONE))
            if returned.status_code != 200:
                return returned
            match = {"If-Match": returned.headers["etag"]}
            return await desk.http.put(path, json={"document": edited}, headers=desk.headers(ONE, **match))

        seen = {"If-Match": f'"{draft["revision"]}"'}
        approvals = [desk.http.post(f"{path}/approval", headers=desk.headers(TWO, **seen)) for _ in range(2)]
        first, second, changed = await asyncio.gather(*approvals, edit())
        stored = await desk.rows(f"SELECT digest FROM definitions WHERE service = '{service}'")
        now = (await desk.ask(ONE, "GET", f"/drafts/{draft['id']}")).json()
        if stored:
            assert (stored[0].digest, now["state"], now["document"]) == (
                draft["digest"],
                "published",
                draft["document"],
            )
            assert {first.status_code, second.status_code} == {200}, "approving twice publishes once"
            assert changed.status_code == 409
        else:
            assert (changed.status_code, now["document"], now["state"]) == (200, edited, "returned")
            assert {first.status_code, second.status_code} <= {409, 412}
        assert len(stored) <= 1


async def test_a_version_is_retired_by_two_people_and_what_it_replaced_does_not_come_back(desk: Desk) -> None:
    old = await desk.published("surat-akhir", effective_from="2026-01-01")
    draft = await desk.open(service="surat-akhir")
    draft["document"]["effective_from"] = str(TODAY)
    draft = await desk.put(ONE, draft)
    await desk.ask(ONE, "POST", f"/drafts/{draft['id']}/proposal", GROUND)
    await desk.ask(TWO, "POST", f"/drafts/{draft['id']}/approval")
    path = f"/services/surat-akhir/versions/{draft['version']}"
    body = (await desk.ask(None, "GET", path)).content
    pinned = (await desk.ask(None, "GET", "/offerings/33.14/surat-akhir")).headers["etag"].strip('"')
    last = TODAY + timedelta(days=3)

    def ask(day: object) -> dict[str, Any]:
        return {**GROUND, "effective_to": str(day)}

    await desk.ask(ONE, "POST", f"{path}/retirement/approval", expect=409)
    for day, code in ((TODAY - timedelta(days=1), "retirement-past"),):
        assert (await desk.ask(ONE, "POST", f"{path}/retirement", ask(day), 409)).json()["code"] == code
    asked = (await desk.ask(ONE, "POST", f"{path}/retirement", ask(last), 201)).json()
    assert (asked["asked_by"]["name"], asked["approved_by"]) == ("Operator 1", None)
    refused = await desk.ask(ONE, "POST", f"{path}/retirement/approval", expect=409)
    assert refused.json()["code"] == "second-person-needed"
    assert (await desk.ask(None, "GET", "/services/surat-akhir/versions")).json()["items"][0]["retirement"] is None
    done = (await desk.ask(TWO, "POST", f"{path}/retirement/approval")).json()
    assert (await desk.ask(TWO, "GET", f"{path}/retirement")).json() == done
    assert (await desk.ask(TWO, "POST", f"{path}/retirement/approval")).json() == done, "again: the same"
    assert (await desk.ask(THREE, "POST", f"{path}/retirement", ask(last), 409)).json()["code"] == "version-retired"

    periods = await desk.rows(
        "SELECT DISTINCT o.version, p.starts, p.ends FROM offering_periods p JOIN offerings o ON o.digest = p.digest "
        "WHERE p.service = 'surat-akhir' ORDER BY p.starts"
    )
    assert [tuple(row) for row in periods] == [
        (old["version"], date(2026, 1, 1), TODAY),
        (draft["version"], TODAY, last + timedelta(days=1)),
    ]
    assert (await desk.ask(None, "GET", path)).content == body, "the version itself never changes"
    # With a token, because what everybody reads may be a second old.
    listed = (await desk.ask(TWO, "GET", "/services/surat-akhir/versions")).json()["items"]
    assert (listed[0]["state"], listed[0]["effective_to"]) == ("in-force", str(last))
    assert listed[0]["retirement"]["approved_by"] == {"name": "Operator 2", "title": "Position 2"}
    assert (await StoredOfferings(desk.database).by_digest(pinned)) is not None
    report = await publish(desk.database, desk.village, None, Templates())
    assert report.changed_offerings == 0, "a later seeding keeps the retirement"


async def test_history_is_never_rewritten(desk: Desk) -> None:
    await desk.open()
    with pytest.raises(DBAPIError, match="never changes"):
        async with desk.database.transaction() as transaction:
            await transaction.session.execute(text("UPDATE draft_history SET what = 'approved'"))


async def test_editing_is_for_operators_that_identity_knows_and_waits_for_the_first_seeding(
    database: Database, nats_server: str, issuer: Issuer
) -> None:
    settings = make_settings(nats_server)
    bus = await Bus.connect(settings, "catalog")
    parts = build(settings, database, bus, TokenVerifier(issuer.jwks, ISSUER), Neighbours(Templates(), Operators()))
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as http:
        desk = Desk(http, issuer, Templates(), database, DEFINITIONS)
        early = await desk.ask(ONE, "POST", "/drafts", {"service": SERVICE}, 503)
        assert early.json()["code"] == "not-seeded"
        stranger = "0198c0de-0000-7000-8000-000000000099"
        refused = await desk.ask(stranger, "POST", "/drafts", {"service": SERVICE}, 403)
        assert refused.json()["code"] == "national-operators-only"
    await bus.close()
