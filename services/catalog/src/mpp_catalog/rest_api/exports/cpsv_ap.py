"""Public services in the vocabulary CPSV-AP 3.2 (https://semiceu.github.io/CPSV-AP/releases/3.2.0/).

Who reads this knows nothing of us: every class a shape asks for is stated, because a validator sees these triples
alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from rdflib import DCAT, DCTERMS, FOAF, ORG, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from mpp_catalog.domain.offerings import Definition
from mpp_catalog.domain.reference import Agency

CPSV = Namespace("http://purl.org/vocab/cpsv#")
CV = Namespace("http://data.europa.eu/m8g/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
_AUTHORITY = Namespace("http://publications.europa.eu/resource/authority/")
_LANGUAGES = {"id": _AUTHORITY["language/IND"], "en": _AUTHORITY["language/ENG"]}
_RUPIAH = _AUTHORITY["currency/IDR"]
_INDONESIA = _AUTHORITY["country/IDN"]
# The class that the application profile names for the area an organisation covers.
_AREA = URIRef("http://data.europa.eu/88u/dataset/atu-type")
PREFIXES = {"cpsv": CPSV, "cv": CV, "eli": ELI, "dct": DCTERMS, "dcat": DCAT, "foaf": FOAF, "org": ORG, "skos": SKOS}
_WORKING_WEEK, _WEEK = 5, 7
_TO_BE_CONFIRMED = {
    "id": "Belum dikonfirmasi: umum diketahui, tetapi tidak dibaca pada sumbernya.",
    "en": "To be confirmed: commonly known, not read in a source.",
}
_CATALOGUE = {
    "id": (
        "Katalog layanan publik MPP Digital",
        "Definisi layanan publik yang berlaku, dari proyek terbuka independen.",
    ),
    "en": ("MPP Digital catalogue of public services", "Definitions in force, by an independent open-source project."),
}


class Vocabulary:
    """Makes graphs. Names of things begin with `address`, the public one of the catalogue's API at the mall `site`."""

    def __init__(self, site: str, address: str) -> None:
        self._site = site
        self._address = address

    def service(self, definition: Definition, agencies: Mapping[str, Agency]) -> Graph:
        """One public service."""
        graph = _graph()
        self._add(graph, definition, agencies)
        return graph

    def catalogue(self, definitions: Iterable[Definition], agencies: Mapping[str, Agency]) -> Graph:
        """All of them, as the parts of one dataset."""
        graph = _graph()
        dataset = URIRef(f"{self._address}/cpsv-ap")
        publisher, page = URIRef(f"{dataset}#publisher"), URIRef(f"{self._site}/")
        graph.add((dataset, RDF.type, DCAT.Dataset))
        graph.add((dataset, DCTERMS.identifier, Literal(str(dataset))))
        for language, (title, description) in _CATALOGUE.items():
            graph.add((dataset, DCTERMS.title, Literal(title, lang=language)))
            graph.add((dataset, DCTERMS.description, Literal(description, lang=language)))
        graph.add((dataset, DCTERMS.publisher, publisher))
        graph.add((dataset, DCAT.landingPage, page))
        graph.add((page, RDF.type, FOAF.Document))
        graph.add((publisher, RDF.type, FOAF.Agent))
        graph.add((publisher, DCTERMS.identifier, Literal("mpp-digital")))
        graph.add((publisher, DCTERMS.title, Literal("MPP Digital", lang="id")))
        for definition in definitions:
            service = self._add(graph, definition, agencies)
            graph.add((dataset, DCTERMS.hasPart, service))
            graph.add((service, DCTERMS.isPartOf, dataset))
        return graph

    def _add(self, graph: Graph, definition: Definition, agencies: Mapping[str, Agency]) -> URIRef:
        document, standard = definition.document, definition.document["standard"]
        service = URIRef(f"{self._address}/services/{definition.service}")
        _thing(graph, service, CPSV.PublicService, definition.service, document["name"], document["description"])
        for language, words in document["keywords"].items():
            for word in words:
                graph.add((service, DCAT.keyword, Literal(word, lang=language)))
        for language in _LANGUAGES.values():
            graph.add((language, RDF.type, DCTERMS.LinguisticSystem))
            graph.add((service, DCTERMS.language, language))
        graph.add((service, DCTERMS.spatial, _INDONESIA))
        graph.add((_INDONESIA, RDF.type, DCTERMS.Location))
        self._concept(graph, service, CV.thematicArea, "category", document["category"])
        graph.add((service, CV.hasCompetentAuthority, self._authority(graph, agencies[document["owner"]["agency"]])))
        days = calendar_days(standard["duration"]["working_days"])
        graph.add((service, CV.processingTime, Literal(f"P{days}D", datatype=XSD.duration)))
        self._channels(graph, service)
        self._contact(graph, service)
        self._rules(graph, service, standard)
        for requirement in document["requirements"]:
            self._requirement(graph, service, requirement)
        self._costs(graph, service, document)
        for output in document["outputs"] or [{"code": "product", "name": standard["product"]}]:
            node = URIRef(f"{service}#output-{output['code']}")
            _thing(graph, node, CV.Output, output["code"], output["name"])
            graph.add((service, CPSV.produces, node))
        return service

    def _authority(self, graph: Graph, agency: Agency) -> URIRef:
        node = URIRef(f"{self._address}/agencies/{agency.code}")
        graph.add((node, RDF.type, CV.PublicOrganisation))
        graph.add((node, RDF.type, ORG.Organization))
        graph.add((node, DCTERMS.identifier, Literal(agency.code)))
        graph.add((node, SKOS.prefLabel, Literal(agency.name.id, lang="id")))
        graph.add((node, SKOS.prefLabel, Literal(agency.name.en, lang="en")))
        graph.add((node, DCTERMS.spatial, _INDONESIA))
        graph.add((_INDONESIA, RDF.type, _AREA))
        return node

    def _channels(self, graph: Graph, service: URIRef) -> None:
        for code in ("online", "building"):
            node = URIRef(f"{service}#channel-{code}")
            graph.add((node, RDF.type, CV.Channel))
            graph.add((node, DCTERMS.identifier, Literal(f"{_code_of(service)}-{code}")))
            self._concept(graph, node, DCTERMS.type, "channel", code)
            graph.add((service, CV.hasChannel, node))

    def _contact(self, graph: Graph, service: URIRef) -> None:
        node, page = URIRef(f"{service}#contact"), URIRef(f"{self._site}/help")
        graph.add((node, RDF.type, CV.ContactPoint))
        graph.add((node, CV.contactPage, page))
        graph.add((page, RDF.type, FOAF.Document))
        graph.add((service, CV.contactPoint, node))

    def _rules(self, graph: Graph, service: URIRef, standard: Mapping[str, Any]) -> None:
        duration = standard["duration"]
        rule = URIRef(f"{service}#rule-duration")
        days = duration["working_days"]
        name = {"id": "Jangka waktu", "en": "Duration"}
        text = {"id": f"Paling lama {days} hari kerja.", "en": f"At most {days} working days."}
        _thing(graph, rule, CPSV.Rule, f"{_code_of(service)}-duration", name, text)
        _confirmed(graph, rule, duration)
        graph.add((service, CPSV.follows, rule))
        procedure = URIRef(f"{service}#rule-procedure")
        steps = {
            language: " ".join(f"{number}. {step[language]}" for number, step in enumerate(standard["procedure"], 1))
            for language in _LANGUAGES
        }
        name = {"id": "Sistem, mekanisme, dan prosedur", "en": "Procedure"}
        _thing(graph, procedure, CPSV.Rule, f"{_code_of(service)}-procedure", name, steps)
        graph.add((service, CPSV.follows, procedure))
        for number, reference in enumerate(standard["legal_basis"], 1):
            node = URIRef(f"{service}#legal-{number}")
            graph.add((node, RDF.type, ELI.LegalResource))
            graph.add((node, DCTERMS.title, Literal(reference["title"], lang="id")))
            _confirmed(graph, node, reference)
            graph.add((service, CV.hasLegalResource, node))
            graph.add((procedure, CPSV.implements, node))

    def _requirement(self, graph: Graph, service: URIRef, requirement: Mapping[str, Any]) -> None:
        node = URIRef(f"{service}#requirement-{requirement['code']}")
        _thing(graph, node, CV.Requirement, requirement["code"], requirement["name"])
        graph.add((service, CV.holdsRequirement, node))
        for paper in requirement.get("any_of", [requirement]):
            evidence = URIRef(f"{service}#evidence-{paper['code']}")
            _thing(graph, evidence, CV.Evidence, paper["code"], paper["name"])
            self._concept(graph, evidence, DCTERMS.type, "paper", paper["kind"])
            _confirmed(graph, evidence, paper)
            graph.add((evidence, CV.supportsRequirement, node))
            graph.add((node, CV.hasSupportingEvidence, evidence))
            graph.add((service, CPSV.hasInput, evidence))

    def _costs(self, graph: Graph, service: URIRef, document: Mapping[str, Any]) -> None:
        free = {"code": "free", "kind": "free", "label": document["standard"]["fee"]}
        for fee in document["fees"] or [free]:
            node = URIRef(f"{service}#cost-{fee['code']}")
            graph.add((node, RDF.type, CV.Cost))
            graph.add((node, DCTERMS.identifier, Literal(fee["code"])))
            _texts(graph, node, DCTERMS.description, fee["label"])
            if fee["kind"] == "free" or "amount" in fee:
                graph.add((node, CV.hasValue, Literal(float(fee.get("amount", 0)), datatype=XSD.double)))
                graph.add((node, CV.currency, _RUPIAH))
                graph.add((_RUPIAH, RDF.type, SKOS.Concept))
            graph.add((service, CV.hasCost, node))

    def _concept(self, graph: Graph, subject: URIRef, path: URIRef, scheme: str, code: str) -> None:
        node = URIRef(f"{self._address}/cpsv-ap#{scheme}-{code}")
        graph.add((node, RDF.type, SKOS.Concept))
        graph.add((node, SKOS.notation, Literal(code)))
        graph.add((subject, path, node))


def calendar_days(working_days: int) -> int:
    """The days on a calendar that so many working days take, without holidays: a duration knows no working day."""
    weeks, rest = divmod(working_days, _WORKING_WEEK)
    return weeks * _WEEK + rest


def _graph() -> Graph:
    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)
    return graph


def _thing(
    graph: Graph,
    node: URIRef,
    kind: URIRef,
    identifier: str,
    name: Mapping[str, str],
    description: Mapping[str, str] | None = None,
) -> None:
    graph.add((node, RDF.type, kind))
    graph.add((node, DCTERMS.identifier, Literal(identifier)))
    _texts(graph, node, DCTERMS.title, name)
    if description:
        _texts(graph, node, DCTERMS.description, description)


def _texts(graph: Graph, node: URIRef, path: URIRef, text: Mapping[str, str]) -> None:
    for language in _LANGUAGES:
        graph.add((node, path, Literal(text[language], lang=language)))


def _confirmed(graph: Graph, node: URIRef, fact: Mapping[str, Any]) -> None:
    if fact.get("confirmed") is False:
        _texts(graph, node, RDFS.comment, _TO_BE_CONFIRMED)


def _code_of(service: URIRef) -> str:
    return str(service).rsplit("/", 1)[1]
