"""The public API: what it answers, and that nothing wrong that is asked ends in 500."""

import hashlib
import json

import httpx
import pytest
from mpp_catalog.main import Parts
from mpp_runtime.rest import encode_cursor

from tests.integration.catalog.conftest import DEFINITIONS
from tests.unit.catalog.shipped import content
from tests.unit.runtime.issuer import Issuer

API = "/api/catalog/v1"


async def get(client: httpx.AsyncClient, path: str, **params: str | int) -> httpx.Response:
    answer = await client.get(API + path, params=params)
    assert answer.status_code == 200, answer.text
    return answer


async def test_regions_are_read_level_by_level_and_page_by_page(client: httpx.AsyncClient) -> None:
    provinces = (await get(client, "/regions", parent="")).json()
    assert len(provinces["items"]) == 38
    assert provinces["next_cursor"] is None
    of_central_java = (await get(client, "/regions", parent="33")).json()["items"]
    assert len(of_central_java) == 35
    seen: list[str] = []
    cursor = None
    while True:
        params: dict[str, str | int] = {"parent": "33.14", "limit": 7}
        page = (await get(client, "/regions", **params, **({"cursor": cursor} if cursor else {}))).json()
        seen += [region["code"] for region in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 20
    assert seen == sorted(seen)


async def test_regions_are_found_by_a_part_of_the_name(client: httpx.AsyncClient) -> None:
    found = (await get(client, "/regions", q="sragen")).json()["items"]
    assert [(region["code"], region["level"]) for region in found] == [("33.14", "regency"), ("33.14.10", "district")]
    assert (await get(client, "/regions", q="%")).json()["items"] == []
    assert (await get(client, "/regions", q="Sorong", parent="92")).json()["items"] == [], "92.71 is no longer in force"


async def test_malls_and_agencies(client: httpx.AsyncClient) -> None:
    malls = (await get(client, "/malls")).json()["items"]
    assert len(malls) == 21
    mall = (await get(client, "/malls/64.72")).json()
    assert (mall["name"], mall["time_zone"]) == ("MPP Digital Kota Samarinda", "Asia/Makassar")
    assert "not an official service" in mall["note"]["en"]
    assert mall in malls
    agencies = {agency["code"]: agency for agency in (await get(client, "/agencies")).json()["items"]}
    assert agencies["sdmk"]["tasks"] == [{"name": "check", "services": ["sip-perawat"]}]
    assert agencies["dpmptsp"]["has_connector"] is False
    assert (await get(client, "/agencies/sdmk")).json() == agencies["sdmk"]
    assert "jwks" not in agencies["sdmk"]


async def test_public_services_and_their_versions(client: httpx.AsyncClient) -> None:
    listed = (await get(client, "/services")).json()["items"]
    assert [service["code"] for service in listed] == [d.service for d in content().definitions]
    service = (await get(client, "/services/sip-perawat")).json()
    assert service["version_in_force"] == "2026.1"
    assert service["definition"]["standard"]["duration"]["working_days"] == 5
    assert [version["version"] for version in service["versions"]] == ["2026.1"]


@pytest.mark.parametrize("path", ["/regions?parent=33", "/malls", "/services/sip-perawat", "/offerings?mall=33.14"])
async def test_every_list_has_an_etag_and_is_sent_once(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(API + path)
    again = await client.get(API + path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert (await client.get(API + path)).content == first.content


async def test_a_bad_token_is_refused_whatever_is_kept_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{API}/malls")).status_code == 200
    assert (await client.get(f"{API}/malls", headers={"Authorization": "Bearer forged"})).status_code == 401


async def test_an_offering_is_its_canonical_bytes_and_its_etag_is_their_digest(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/offerings/33.14/sip-perawat")
    digest = hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["etag"] == f'"{digest}"'
    assert answer.headers["cache-control"].startswith("public, max-age=60")
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == answer.content
    assert body["mall"]["region"] == {"code": "33.14", "name": "Kabupaten Sragen"}


@pytest.mark.parametrize(
    ("header", "status"), [('"{}"', 304), ('W/"{}"', 304), ('"x", "{}"', 304), ("*", 304), ('"x"', 200), ("{}", 200)]
)
async def test_what_the_client_has_is_not_sent_again(client: httpx.AsyncClient, header: str, status: int) -> None:
    etag = (await get(client, "/offerings/33.14/sip-perawat")).headers["etag"]
    answer = await client.get(
        f"{API}/offerings/33.14/sip-perawat", headers={"If-None-Match": header.format(etag.strip('"'))}
    )
    assert answer.status_code == status
    assert answer.headers["etag"] == etag
    assert (answer.content == b"") is (status == 304)


async def test_what_a_mall_changed_is_said_in_plain_words(client: httpx.AsyncClient) -> None:
    told = (await get(client, "/offerings/33.15/sip-perawat", compare="baseline")).json()
    (difference,) = told["differences"]
    assert (difference["kind"], difference["path"]) == ("added", "/requirements/health-letter")
    assert difference["text"]["id"] == "Mal ini menambah persyaratan “Surat keterangan sehat dari dokter”."
    assert difference["since"] == "2026-01-01"
    assert told["override"]["reason"]["en"].startswith("The regency asks for a health letter")
    assert told["override"]["legal_reference"]["confirmed"] is False
    same = (await get(client, "/offerings/35.10/sip-perawat", compare="baseline")).json()
    assert (same["differences"], same["override"]) == ([], None)


@pytest.mark.parametrize(
    ("question", "first", "corrected"),
    [
        ("perawat", "sip-perawat", {}),
        ("izin praktek perwat", "sip-perawat", {"perwat": "perawat"}),
        ("akta kelahirn", "akta-kelahiran", {"kelahirn": "kelahiran"}),
        ("bagaimana cara mengurus akte bayi", "akta-kelahiran", {}),
        ("surat usha", "surat-keterangan-usaha", {"usha": "usaha"}),
        ("polisi", "skck", {}),
        ("imb rumah", "persetujuan-bangunan-gedung", {}),
        ("nurse permit", "sip-perawat", {}),
        ("KELAHIRANNYA", "akta-kelahiran", {}),
        ("disdukcapil", "akta-kelahiran", {}),
        ("perawat' & ! | :* (", "sip-perawat", {}),
    ],
)
async def test_search(client: httpx.AsyncClient, question: str, first: str, corrected: dict[str, str]) -> None:
    found = (await get(client, "/offerings", mall="33.14", q=question)).json()
    assert found["items"][0]["service"] == first
    assert found["corrected"] == corrected
    assert found["items"][0]["mall"] == "33.14"


async def test_the_schema_of_definitions_is_the_file_they_are_checked_with(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/schemas/service-definition.json")
    assert answer.content == (DEFINITIONS / "schemas" / "service-definition.schema.json").read_bytes()
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    again = await client.get(answer.url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_fee_is_computed_with_its_rule_and_its_law(client: httpx.AsyncClient) -> None:
    asked = {"answers": {"building": {"use": "business", "floor_area": 120}}}
    answer = await client.post(f"{API}/offerings/33.14/persetujuan-bangunan-gedung/fee", json=asked)
    assert answer.status_code == 200, answer.text
    fee = answer.json()
    (line,) = fee["lines"]
    assert (line["kind"], line["rupiah"], fee["total_rupiah"]) == ("retribusi", 1_200_000, 1_200_000)
    assert "Rp10,000" in line["rule"]["en"]
    assert (line["legal_reference"][:16], line["confirmed"]) == ("Peraturan Daerah", False)
    offering = await get(client, "/offerings/33.14/persetujuan-bangunan-gedung")
    assert offering.headers["etag"] == f'"{fee["digest"]}"'
    skck = (await client.post(f"{API}/offerings/33.14/skck/fee", json={"answers": {}})).json()
    assert [(line["kind"], line["rupiah"], line["rule"]) for line in skck["lines"]] == [("pnbp", 30_000, None)]
    free = (await client.post(f"{API}/offerings/33.14/ktp-el/fee", json={"answers": {}})).json()
    assert (free["lines"], free["total_rupiah"]) == ([], 0)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"answers": {}}, "fee-not-computable", "/fees/0/formula"),
        ({"answers": {"building": {"use": "castle", "floor_area": 9}}}, "answers-do-not-fit", "/building/use"),
        ({"answers": {"building": {"floor_area": "x"}}}, "answers-do-not-fit", "/building/floor_area"),
        ({"answers": []}, None, None),
        ({}, None, None),
        ({"answers": {}, "mall": "33.14"}, None, None),
    ],
)
async def test_answers_that_give_no_fee_are_a_problem(
    client: httpx.AsyncClient, body: object, code: str | None, field: str | None
) -> None:
    answer = await client.post(f"{API}/offerings/33.14/persetujuan-bangunan-gedung/fee", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    if code is not None:
        assert (problem["code"], problem["errors"][0]["field"]) == (code, field)
    assert (await client.post(f"{API}/offerings/99.99/skck/fee", json={"answers": {}})).status_code == 404


async def test_search_without_all_words_says_so(client: httpx.AsyncClient) -> None:
    found = (await get(client, "/offerings", mall="33.14", q="izin kelahiran")).json()
    assert found["partial"] is True
    assert {"akta-kelahiran", "sip-perawat"} <= {item["service"] for item in found["items"]}
    assert (await get(client, "/offerings", mall="33.14", q="perawat izin")).json()["partial"] is False
    nothing = (await get(client, "/offerings", q="zzzz qqqq")).json()
    assert (nothing["items"], nothing["partial"]) == ([], False)
    assert (await get(client, "/offerings", q="untuk yang")).json()["items"] == []


@pytest.mark.parametrize("question", ["", "perawat", "izin kelahiran"])
async def test_pages_of_a_search_hold_every_offering_once(client: httpx.AsyncClient, question: str) -> None:
    seen: list[tuple[str, str]] = []
    cursor = None
    while True:
        params: dict[str, str | int] = {"q": question, "limit": 100, **({"cursor": cursor} if cursor else {})}
        page = (await get(client, "/offerings", **params)).json()
        seen += [(item["service"], item["mall"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    services = {service for service, _ in seen}
    assert len(seen) == 21 * len(services)
    if not question:
        assert services == {d.service for d in content().definitions}


async def test_offerings_of_an_agency(client: httpx.AsyncClient) -> None:
    items = (await get(client, "/offerings", mall="33.14", agency="dinkes")).json()["items"]
    assert {item["service"] for item in items} == {d.service for d in content().definitions if d.service[:4] == "sip-"}
    signed = (await get(client, "/offerings", mall="33.14", agency="esign", limit=100)).json()["items"]
    assert {item["service"] for item in signed} == {d.service for d in content().definitions if d.document["outputs"]}


async def test_calendar_of_a_year_and_a_day_by_which(client: httpx.AsyncClient) -> None:
    year = (await get(client, "/calendars/33.14", year=2027)).json()
    assert (year["year"], year["time_zone"], year["working_weekdays"]) == (2027, "Asia/Jakarta", [1, 2, 3, 4, 5])
    assert {day["date"][:4] for day in year["holidays"]} == {"2027"}
    assert {"2027-03-10"} <= {day["date"] for day in year["holidays"] if not day["confirmed"]}
    due = (await get(client, "/calendars/33.14/working-day", start="2026-12-23", working_days=1)).json()
    assert (due["date"], due["version"]) == ("2026-12-28", year["version"])


LONG = "x" * 200
BAD = [
    ("/malls/99.99", 404, "not-found"),
    ("/malls/%00", 422, "unstorable-text"),
    ("/agencies/kki", 404, "not-found"),
    ("/services/sip-terapis", 404, "not-found"),
    ("/offerings/33.14/sip-terapis", 404, "not-offered"),
    ("/offerings/99.99/sip-perawat", 404, "not-offered"),
    ("/offerings/99.99/sip-perawat?compare=baseline", 404, "not-offered"),
    ("/offerings/33.14/sip-perawat?compare=other", 422, None),
    ("/offerings/33.14", 404, None),
    ("/nothing", 404, None),
    (f"/offerings?q={LONG}", 422, None),
    (f"/regions?q={LONG}", 422, None),
    ("/offerings?mall=99.99", 404, "not-found"),
    ("/offerings?agency=kki", 404, "not-found"),
    ("/offerings?q=%00", 200, None),
    ("/regions?q=%00", 422, "unstorable-text"),
    ("/regions?parent=%00", 422, "unstorable-text"),
    ("/offerings?limit=0", 422, None),
    ("/offerings?limit=101", 422, None),
    ("/regions?limit=x", 422, None),
    ("/regions?cursor=x", 422, "invalid-cursor"),
    ("/offerings?cursor=x", 422, "invalid-cursor"),
    (f"/offerings?cursor={encode_cursor({'after': ['a', 'b', 'c'], 'partial': False})}", 422, "invalid-cursor"),
    (f"/offerings?cursor={encode_cursor({'after': [2**60, 'b', 'c'], 'partial': False})}", 422, "invalid-cursor"),
    (f"/offerings?cursor={encode_cursor({'after': [1, 'b'], 'partial': False})}", 422, "invalid-cursor"),
    (f"/regions?cursor={encode_cursor({'code': 5})}", 422, "invalid-cursor"),
    ("/calendars/33.14", 422, None),
    ("/calendars/33.14?year=2031", 422, "calendar-unknown"),
    ("/calendars/33.14?year=abc", 422, None),
    ("/calendars/33.14?year=99999999999999999999", 422, None),
    ("/calendars/99.99?year=2026", 404, "not-found"),
    ("/calendars/33.14/working-day?start=2026-02-30&working_days=1", 422, None),
    ("/calendars/33.14/working-day?start=2026-02-03&working_days=-1", 422, None),
    ("/calendars/33.14/working-day?start=2027-12-30&working_days=9", 422, "calendar-unknown"),
    ("/calendars/33.14/working-day?start=9999-12-31&working_days=9", 422, "calendar-unknown"),
]


@pytest.mark.parametrize(("path", "status", "code"), BAD, ids=[path[:60] for path, _, _ in BAD])
async def test_a_bad_question_is_a_problem_never_500(
    client: httpx.AsyncClient, path: str, status: int, code: str | None
) -> None:
    answer = await client.get(API + path)
    assert answer.status_code == status, answer.text
    if status == 200:
        return
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], bool(problem["title"]), bool(problem["detail"])) == (status, True, True)
    if code is not None:
        assert problem["code"] == code


async def test_a_problem_is_in_the_readers_language(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{API}/malls/99.99", headers={"Accept-Language": "id"})
    assert answer.json()["detail"] == "Mal '99.99' tidak ada."
    assert (await client.get(f"{API}/malls/99.99")).json()["detail"] == "There is no mall '99.99'."


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_only_national_operators_write(
    client: httpx.AsyncClient, parts: Parts, issuer: Issuer, method: str
) -> None:
    answer = await client.request(method, f"{API}/malls", json={"code": "99.99"})
    assert answer.status_code == 405
    region = [{"role": "operator", "agency": None, "region": "33.14"}]
    verifier = [{"role": "verifier", "agency": "dpmptsp", "region": None}]
    officers = [
        issuer.token("0198c0de-0000-7000-8000-000000000001", kind="officer", roles=r) for r in (region, verifier)
    ]
    person = issuer.token("0198c0de-0000-7000-8000-000000000001", kind="person")
    paths = (await client.get("/api/catalog/openapi.json")).json()["paths"]
    writing = [path for path, operations in paths.items() if method.lower() in operations and not path.endswith("/fee")]
    assert writing or method == "PATCH"
    for path in writing:
        path = path.replace("{id}", "0198c0de-0000-7000-8000-000000000001").replace("{version}", "2026.1")
        assert (await client.request(method, path, json={})).status_code == 401, path
        for token in (*officers, person):
            refused = await client.request(method, path, json={}, headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 403, (path, refused.text)


async def test_a_bad_token_is_refused_even_where_none_is_needed(client: httpx.AsyncClient, issuer: Issuer) -> None:
    bad = await client.get(f"{API}/malls", headers={"Authorization": "Bearer x"})
    assert (bad.status_code, bad.json()["code"]) == (401, "invalid-token")
    token = issuer.token("0198c0de-0000-7000-8000-000000000001", kind="person")
    assert (await client.get(f"{API}/malls", headers={"Authorization": f"Bearer {token}"})).status_code == 200


async def test_every_route_is_described(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/api/catalog/openapi.json")).json()["paths"]
    assert {path.removeprefix(API) for path in paths} == {
        "/regions", "/malls", "/malls/{code}", "/agencies", "/agencies/{code}", "/services", "/services/{code}",
        "/calendars/{mall}", "/calendars/{mall}/working-day", "/offerings", "/offerings/{mall}/{service}",
        "/offerings/{mall}/{service}/fee", "/schemas/service-definition.json", "/suggestions", "/unmet-searches",
        "/cpsv-ap", "/cpsv-ap.{form}", "/services/{code}/cpsv-ap.{form}", "/sippn", "/services/{code}/sippn",
        "/services.csv", "/services.xlsx", "/references", "/drafts", "/drafts/{id}", "/drafts/{id}/yaml",
        "/drafts/{id}/differences",
        "/drafts/{id}/preview", "/drafts/{id}/proposal", "/drafts/{id}/approval", "/drafts/{id}/return",
        "/services/{code}/versions", "/services/{code}/versions/{version}", "/services/{code}/versions/{version}.yaml",
        "/services/{code}/versions/{before}/differences/{after}", "/services/{code}/versions/{version}/retirement",
        "/services/{code}/versions/{version}/retirement/approval",
    }  # fmt: skip
