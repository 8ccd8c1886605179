"""The page of a public service says the same to machines: as structured data in it, and by links to it."""

import json
import re

import httpx
from mpp_testing.malls import RunningMall
from rdflib import DCTERMS, RDF, Graph, Literal, URIRef

PAGE = "/malls/33.14/services/akta-kelahiran"
SERVICE = URIRef("http://purl.org/vocab/cpsv#PublicService")


def test_a_page_carries_its_public_service(running_mall: RunningMall) -> None:
    with httpx.Client(base_url=running_mall.url, trust_env=False) as client:
        page = client.get(PAGE).text
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert found, "the page has no structured data"
        graph = Graph().parse(data=json.dumps(json.loads(found[1])), format="json-ld")
        (service,) = graph.subjects(RDF.type, SERVICE)
        assert (service, DCTERMS.identifier, Literal("akta-kelahiran")) in graph
        others = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', page)
        assert {kind for kind, _ in others} == {"text/turtle", "application/ld+json"}
        for kind, address in others:
            answer = client.get(address)
            assert answer.status_code == 200
            assert answer.headers["content-type"].split(";")[0] == kind
