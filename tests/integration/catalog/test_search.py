"""Search: other words for the same, life events, suggestions, one hit a public service, and what nobody found."""

from datetime import UTC, date, datetime

import httpx
import pytest
from mpp_catalog.domain.reference import nearness
from mpp_catalog.main import Parts, build
from mpp_catalog.storage import SearchIndex, StoredUnmetSearches
from mpp_catalog.use_cases.ports import Query
from mpp_ledger.bus import Bus
from mpp_ledger.database import Database
from mpp_runtime.errors import TryLater
from mpp_runtime.tokens import TokenVerifier
from sqlalchemy import text

from tests.integration.catalog.conftest import make_settings, neighbours
from tests.unit.runtime.issuer import ISSUER, Issuer

API = "/api/catalog/v1"


async def get(client: httpx.AsyncClient, path: str, **params: str | int) -> httpx.Response:
    answer = await client.get(API + path, params=params)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize(
    ("question", "service"),
    [
        ("akte lahir", "akta-kelahiran"),
        ("catatan sipil", "akta-kelahiran"),
        ("ijin praktek ners", "sip-perawat"),
        ("sku", "surat-keterangan-usaha"),
        ("umkm", "surat-keterangan-usaha"),
        ("umkn", "surat-keterangan-usaha"),
    ],
)
async def test_other_words_for_the_same_find_it(client: httpx.AsyncClient, question: str, service: str) -> None:
    found = (await get(client, "/offerings", mall="33.14", q=question)).json()
    # Other public services may be known by the same word: it is among the first.
    assert service in [item["service"] for item in found["items"][:8]]
    assert found["partial"] is False


@pytest.mark.parametrize("question", ["bayi lahir", "anak saya baru lahir, bayi perempuan", "baby born", "bayi lahirr"])
async def test_a_life_event_brings_what_helps_then(client: httpx.AsyncClient, question: str) -> None:
    event = (await get(client, "/offerings", mall="33.14", q=question)).json()["life_event"]
    assert (event["code"], event["name"]["en"]) == ("birth", "A baby is born")
    assert [item["service"] for item in event["items"]][:1] == ["akta-kelahiran"], "what is not published is not shown"
    assert {item["mall"] for item in event["items"]} == {"33.14"}


@pytest.mark.parametrize("question", ["bayi", "", "akta", "zzzz"])
async def test_half_a_life_event_is_none(client: httpx.AsyncClient, question: str) -> None:
    assert (await get(client, "/offerings", mall="33.14", q=question)).json()["life_event"] is None


async def test_over_all_malls_each_public_service_is_one_hit(client: httpx.AsyncClient) -> None:
    offered = [item["code"] for item in (await get(client, "/services")).json()["items"]]
    first = (await get(client, "/offerings", each="service", limit=20)).json()
    rest = (await get(client, "/offerings", each="service", limit=20, cursor=first["next_cursor"])).json()
    items = first["items"] + rest["items"]
    services = [item["service"] for item in items]
    assert services == sorted(offered)
    assert rest["next_cursor"] is None
    assert {item["mall"] for item in items} == {"11.71"}
    found = (await get(client, "/offerings", each="service", q="perawat")).json()["items"]
    assert [item["service"] for item in found] == ["sip-perawat"]
    of_agency = (await get(client, "/offerings", each="service", agency="sdmk")).json()["items"]
    assert {item["service"].split("-")[0] for item in of_agency} == {"sip"}


@pytest.mark.parametrize("question", ["", "surat izin akta"])
async def test_pages_at_a_mall_hold_every_offering_once(client: httpx.AsyncClient, question: str) -> None:
    seen, cursor = [], {}
    while True:
        page = (await get(client, "/offerings", mall="33.14", q=question, limit=7, **cursor)).json()
        seen += [item["service"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == len(set(seen))
    assert {"akta-kelahiran", "sip-perawat", "surat-keterangan-usaha"} <= set(seen)


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize(("terms", "any_term"), [((), False), (("surat",), False), (("izin", "praktik"), True)])
async def test_among_equals_what_is_nearer_comes_first(
    seeded: Database, once: bool, terms: tuple[str, ...], any_term: bool
) -> None:
    index, here = SearchIndex(seeded), "33.14"
    at = datetime(2026, 11, 24, tzinfo=UTC)

    async def everything(near: str | None, limit: int) -> list[tuple[int, str, str]]:
        found: list[tuple[int, str, str]] = []
        after = None
        while hits := await index.find(Query(None, None, terms, any_term, after, limit, at, once, near=near)):
            found += [hit.position for hit in hits]
            after = found[-1]
        return found

    plain, near = await everything(None, 100), await everything(here, 37)
    order = [(-rank, nearness(here, mall), service, mall) for rank, service, mall in near]
    assert order == sorted(order)
    assert len(near) == len(set(near))
    if once:
        assert {position[1] for position in near} == {position[1] for position in plain}
        assert {mall for _, _, mall in near} == {here}, "every public service is offered here"
    else:
        assert set(near) == set(plain)
        assert {nearness(here, mall) for _, _, mall in near} == {0, 2, 3}


async def test_where_a_region_has_no_mall_the_nearest_one_comes_first(client: httpx.AsyncClient) -> None:
    # Kabupaten Boyolali has none, and Jawa Tengah has; Papua has none at all.
    page = (await get(client, "/offerings", q="perawat", near="33.09", each="service")).json()
    assert page["items"][0]["mall"] == "33.02"
    page = (await get(client, "/offerings", q="perawat", near="91.03.01", each="service")).json()
    assert page["items"][0]["mall"] == "11.71"
    first = (await get(client, "/suggestions", q="perawa", near="33.14")).json()["items"][0]
    assert (first["service"], first["mall"]) == ("sip-perawat", "33.14")
    assert (await client.get(f"{API}/offerings", params={"near": "Sragen"})).status_code == 422


async def test_suggestions_know_half_a_word_and_half_a_life_event(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/suggestions", mall="33.14", q="akta kelah")
    assert [item["service"] for item in answer.json()["items"]] == ["akta-kelahiran"]
    assert "stale-while-revalidate" in answer.headers["cache-control"]
    event = (await get(client, "/suggestions", q="bayi la")).json()["items"][0]
    assert (event["life_event"], event["service"], event["name"]["id"]) == ("birth", None, "Bayi lahir")
    assert (await get(client, "/suggestions", q="a")).json()["items"] == []
    assert (await client.get(f"{API}/suggestions", params={"q": "akta", "mall": "99.99"})).status_code == 404


async def counted(database: Database) -> dict[tuple[str, str], int]:
    async with database.read() as session:
        rows = await session.execute(text("SELECT mall, words, searches FROM unmet_searches"))
        return {(mall, words): searches for mall, words, searches in rows}


@pytest.fixture
async def own(database: Database, nats_server: str, issuer: Issuer) -> Parts:
    bus = await Bus.connect(make_settings(nats_server), "catalog")
    yield build(make_settings(nats_server), database, bus, TokenVerifier(issuer.jwks, ISSUER), neighbours())
    await bus.close()


async def test_what_nobody_found_is_counted_every_time_and_without_people(
    own: Parts, database: Database, issuer: Issuer
) -> None:
    transport = httpx.ASGITransport(own.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
        for _ in range(3):
            answer = await get(client, "/offerings", q="paspor hilang")
            assert answer.headers["cache-control"] == "no-store"
        for question in (
            "3314123456789001",
            "0812 3456 7890",
            "a1b2c3d4e5f6",
            "x" * 61,
            "satu dua tiga empat lima enam",
        ):
            await get(client, "/offerings", q=question)
        await get(client, "/offerings", q="paspor diplomatik")
        await own.demand.flush()
        assert await counted(database) == {("", "hilang paspor"): 3, ("", "diplomatik paspor"): 1}

        def headers(**role: str) -> dict[str, str]:
            token = issuer.token("0198c0de-0000-7000-8000-000000000001", kind="officer", roles=[role])
            return {"Authorization": f"Bearer {token}"}

        since = {"since": "2026-01-01"}
        path = f"{API}/unmet-searches"
        assert (await client.get(path, params=since)).status_code == 401
        assert (await client.get(path, params=since, headers=headers(role="head", region="33.14"))).status_code == 403
        seen = (await client.get(path, params=since, headers=headers(role="operator"))).json()["items"]
        assert [(item["words"], item["mall"], item["searches"]) for item in seen] == [("hilang paspor", None, 3)]
        regional = await client.get(path, params=since, headers=headers(role="operator", region="33.14"))
        assert regional.json()["items"] == []


async def test_a_region_sees_its_malls_and_a_full_day_takes_no_new_words(database: Database) -> None:
    stored, day = StoredUnmetSearches(database), date(2026, 11, 24)
    await stored.add(day, [("33.14", "paspor", 5), ("33.15", "paspor", 4), ("33.1", "x", 9)], 3, date(2026, 8, 1))
    await stored.add(day, [("33.14", "paspor", 2), ("33.14", "visa", 7)], 3, date(2026, 8, 1))
    of = await stored.most_wanted(["33.14"], day, 3, 10)
    assert [(each.mall, each.words, each.searches) for each in of] == [("33.14", "paspor", 7)]
    assert {each.mall for each in await stored.most_wanted(["33"], day, 3, 10)} == {"33.14", "33.15", "33.1"}
    await stored.add(date(2026, 12, 1), [("33.14", "visa", 1)], 3, date(2026, 11, 30))
    assert await counted(database) == {("33.14", "visa"): 1}


async def test_what_could_not_be_written_is_written_later(own: Parts, database: Database) -> None:
    own.demand.count("33.14", ["paspor"])
    stored = own.demand._stored

    class Away:
        async def add(self, *_: object) -> None:
            raise TryLater("database-unavailable", None)  # type: ignore[arg-type]

    own.demand._stored = Away()  # type: ignore[assignment]
    with pytest.raises(TryLater):
        await own.demand.flush()
    own.demand._stored = stored
    own.demand.count("33.14", ["paspor"])
    await own.demand.flush()
    assert await counted(database) == {("33.14", "paspor"): 2}
