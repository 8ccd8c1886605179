"""The catalogue for others: all of it is exported, and a foreign validator takes it for what it says to be."""

import csv
import io
import json
from collections.abc import Callable

import httpx
import openpyxl
import pyshacl
import pytest
from mpp_catalog.rest_api.exports import as_graph
from mpp_catalog.rest_api.exports.cpsv_ap import CPSV, CV, calendar_days
from mpp_catalog.rest_api.exports.tables import COLUMNS, as_csv, unconfirmed
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from tests.integration.catalog.cpsv_ap_shapes import shapes
from tests.integration.catalog.test_rest import get
from tests.unit.runtime.issuer import ISSUER

HERE = f"{ISSUER}/api/catalog/v1"


@pytest.fixture(scope="module")
def judged(request: pytest.FixtureRequest) -> Callable[[Graph], str]:
    """What is wrong with a graph, empty if nothing is."""
    given = request.config.getoption("--cpsv-ap-shapes")
    rules = Graph().parse(given, format="turtle") if given else shapes()

    def judge(graph: Graph) -> str:
        conforms, _, told = pyshacl.validate(graph, shacl_graph=rules)
        return "" if conforms else str(told)

    return judge


async def read(client: httpx.AsyncClient, path: str) -> Graph:
    answer = await get(client, path)
    form = "json-ld" if path.endswith("jsonld") else "turtle"
    return Graph().parse(data=answer.text, format=form)


async def test_the_whole_catalogue_is_valid_and_whole(
    client: httpx.AsyncClient, judged: Callable[[Graph], str]
) -> None:
    graph = await read(client, "/cpsv-ap.ttl")
    assert judged(graph) == ""
    offered = {item["code"] for item in (await get(client, "/services")).json()["items"] if item["version_in_force"]}
    described = {
        str(code)
        for node in graph.subjects(RDF.type, CPSV.PublicService)
        for code in graph.objects(node, DCTERMS.identifier)
    }
    assert described == offered
    parts = set(graph.objects(URIRef(f"{HERE}/cpsv-ap"), DCTERMS.hasPart))
    assert len(parts) == len(offered)


async def test_turtle_and_json_ld_say_the_same(client: httpx.AsyncClient) -> None:
    for path in ("/cpsv-ap", "/services/sip-perawat/cpsv-ap"):
        assert isomorphic(await read(client, f"{path}.ttl"), await read(client, f"{path}.jsonld"))


async def test_one_service_says_what_its_definition_says(
    client: httpx.AsyncClient, judged: Callable[[Graph], str]
) -> None:
    graph = await read(client, "/services/akta-kelahiran/cpsv-ap.jsonld")
    assert judged(graph) == ""
    service = URIRef(f"{HERE}/services/akta-kelahiran")
    definition = (await get(client, "/services/akta-kelahiran")).json()["definition"]
    assert {str(value) for value in graph.objects(service, DCTERMS.title)} == set(definition["name"].values())
    held = list(graph.objects(service, CV.holdsRequirement))
    assert len(held) == len(definition["requirements"])
    choice = next(one for one in definition["requirements"] if "any_of" in one)
    papers = list(graph.objects(URIRef(f"{service}#requirement-{choice['code']}"), CV.hasSupportingEvidence))
    assert len(papers) == len(choice["any_of"])
    assert [str(value) for value in graph.objects(predicate=CV.hasValue)] == ["0.0"]


async def test_what_is_not_confirmed_says_so(client: httpx.AsyncClient) -> None:
    definition = (await get(client, "/services/surat-keterangan-usaha")).json()["definition"]
    told = [one for one in definition["standard"]["legal_basis"] if not one["confirmed"]]
    assert told, "the definition has nothing unconfirmed: choose another for this test"
    graph = await read(client, "/services/surat-keterangan-usaha/cpsv-ap.ttl")
    commented = {str(title) for node in graph.subjects(RDFS.comment) for title in graph.objects(node, DCTERMS.title)}
    assert {one["title"] for one in told} <= commented


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ((None, CV.hasCompetentAuthority, None), "Less than 1 values"),
        ((None, RDF.type, CV.Requirement), "does not have class"),
        ((None, DCTERMS.title, None), "Less than 1 values"),
    ],
)
async def test_the_validator_sees_what_is_missing(
    client: httpx.AsyncClient,
    judged: Callable[[Graph], str],
    broken: tuple[None, URIRef, URIRef | None],
    told: str,
) -> None:
    graph = await read(client, "/services/sip-perawat/cpsv-ap.ttl")
    graph.remove(broken)
    assert told in judged(graph)


@pytest.mark.parametrize(
    ("accept", "form"), [("text/turtle", "ttl"), ("application/ld+json", "jsonld"), ("*/*", "ttl")]
)
async def test_the_client_chooses_the_form(client: httpx.AsyncClient, accept: str, form: str) -> None:
    answer = await client.get("/api/catalog/v1/cpsv-ap", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/cpsv-ap.{form}")
    assert answer.headers["vary"] == "Accept"


async def test_what_is_not_there_is_a_problem(client: httpx.AsyncClient) -> None:
    for path, status in (("/services/tidak-ada/cpsv-ap.ttl", 404), ("/services/sip-perawat/cpsv-ap.xml", 404)):
        answer = await client.get(f"/api/catalog/v1{path}")
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_exports_are_kept_and_not_sent_twice(client: httpx.AsyncClient) -> None:
    for path in ("/cpsv-ap.ttl", "/services.csv", "/services.xlsx", "/sippn"):
        first = await get(client, path)
        assert "stale-while-revalidate" in first.headers["cache-control"]
        again = await client.get(f"/api/catalog/v1{path}", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_graph_has_one_order() -> None:
    """Sets have another order in each process: what was put in last must not come out last."""
    forwards, backwards = Graph(), Graph()
    triples = [(URIRef(f"{HERE}/{n}"), DCTERMS.title, Literal(str(n))) for n in range(20)]
    for triple in triples:
        forwards.add(triple)
    for triple in reversed(triples):
        backwards.add(triple)
    assert as_graph(forwards, "jsonld").body == as_graph(backwards, "jsonld").body


async def test_the_table_has_a_row_for_each(client: httpx.AsyncClient) -> None:
    offered = {item["code"] for item in (await get(client, "/services")).json()["items"] if item["version_in_force"]}
    content = (await get(client, "/services.csv")).content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["code"] for row in rows} == offered
    nurse = next(row for row in rows if row["code"] == "sip-perawat")
    assert nurse["working_days"] == "5"
    sheet = openpyxl.load_workbook(io.BytesIO((await get(client, "/services.xlsx")).content)).active
    assert sheet is not None
    told = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    assert told[0] == COLUMNS
    assert {row[0] for row in told[1:]} == offered


def test_a_cell_is_no_formula() -> None:
    content = as_csv([["=1+1", 5, "@x", "biasa"]]).decode("utf-8-sig").splitlines()[1]
    assert content == "'=1+1,5,'@x,biasa"


def test_facts_to_be_confirmed_are_counted() -> None:
    assert unconfirmed({"a": {"confirmed": False}, "b": [{"confirmed": True}, {"confirmed": False}], "c": "x"}) == 2


@pytest.mark.parametrize(("working", "calendar"), [(1, 1), (5, 7), (9, 11), (14, 18)])
def test_working_days_become_days(working: int, calendar: int) -> None:
    assert calendar_days(working) == calendar


async def test_the_standard_in_the_words_of_the_national_catalogue(client: httpx.AsyncClient) -> None:
    told = (await get(client, "/services/akta-kelahiran/sippn")).json()
    definition = (await get(client, "/services/akta-kelahiran")).json()["definition"]
    assert told["nama_layanan"] == definition["name"]["id"]
    assert told["jangka_waktu"]["hari_kerja"] == definition["standard"]["duration"]["working_days"]
    assert [one["kode"] for one in told["persyaratan"]] == [one["code"] for one in definition["requirements"]]
    assert told["sistem_mekanisme_prosedur"] == [step["id"] for step in definition["standard"]["procedure"]]
    assert {"biaya_tarif", "produk_pelayanan", "pengaduan_saran_masukan", "dasar_hukum"} <= told.keys()
    everything = (await get(client, "/sippn")).json()["layanan"]
    assert json.dumps(told, sort_keys=True) in {json.dumps(one, sort_keys=True) for one in everything}
