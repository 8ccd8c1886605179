"""What CPSV-AP 3.2 asks of the classes we use: https://semiceu.github.io/CPSV-AP/releases/3.2.0/

The facts of its shapes as a table, turned into SHACL, so that a validator of others judges. `--cpsv-ap-shapes FILE`
judges by the official file instead of this table.
"""

from collections.abc import Mapping

from mpp_catalog.rest_api.exports.cpsv_ap import CPSV, CV, ELI
from rdflib import DCAT, DCTERMS, FOAF, ORG, RDF, SH, SKOS, XSD, BNode, Graph, Literal, URIRef

# Path: (at least, at most, the class of each value, its datatype).
Rule = tuple[int, int | None, URIRef | None, URIRef | None]
TEXT = RDF.langString
AREA = URIRef("http://data.europa.eu/88u/dataset/atu-type")
IDENTIFIER: Rule = (1, 1, None, None)
NAME: Rule = (1, None, None, TEXT)
DESCRIPTION: Rule = (0, None, None, TEXT)
LANGUAGE: Rule = (0, None, DCTERMS.LinguisticSystem, None)


def each(kind: URIRef, least: int = 0, most: int | None = None) -> Rule:
    return (least, most, kind, None)


NAMED: Mapping[URIRef, Rule] = {DCTERMS.identifier: IDENTIFIER, DCTERMS.title: NAME}
SHAPES: Mapping[URIRef, Mapping[URIRef, Rule]] = {
    CPSV.PublicService: {
        **NAMED,
        DCTERMS.description: NAME,
        DCAT.keyword: DESCRIPTION,
        DCTERMS.language: LANGUAGE,
        DCTERMS.spatial: each(DCTERMS.Location),
        DCTERMS.isPartOf: each(DCAT.Dataset),
        CV.processingTime: (0, 1, None, XSD.duration),
        CV.hasCompetentAuthority: each(CV.PublicOrganisation, 1),
        CV.hasChannel: each(CV.Channel),
        CV.contactPoint: each(CV.ContactPoint),
        CV.hasCost: each(CV.Cost),
        CV.holdsRequirement: each(CV.Requirement),
        CV.hasLegalResource: each(ELI.LegalResource),
        CV.isGroupedBy: each(CV.Event),
        CV.thematicArea: each(SKOS.Concept),
        CPSV.follows: each(CPSV.Rule),
        CPSV.hasInput: each(CV.Evidence),
        CPSV.produces: each(CV.Output),
    },
    CV.PublicOrganisation: {SKOS.prefLabel: NAME, DCTERMS.spatial: each(AREA, 1)},
    CV.Channel: {
        DCTERMS.identifier: IDENTIFIER,
        DCTERMS.type: each(SKOS.Concept, 0, 1),
        CV.ownedBy: each(ORG.Organization),
    },
    CV.ContactPoint: {CV.contactPage: each(FOAF.Document)},
    CV.Cost: {
        DCTERMS.identifier: IDENTIFIER,
        DCTERMS.description: DESCRIPTION,
        CV.hasValue: (0, 1, None, XSD.double),
        CV.currency: each(SKOS.Concept, 0, 1),
    },
    CV.Requirement: {**NAMED, DCTERMS.type: each(SKOS.Concept), CV.hasSupportingEvidence: each(CV.Evidence)},
    CV.Evidence: {
        **NAMED,
        DCTERMS.type: each(SKOS.Concept, 0, 1),
        DCTERMS.language: LANGUAGE,
        CV.supportsRequirement: each(CV.Requirement),
    },
    CV.Output: {**NAMED, DCTERMS.type: each(SKOS.Concept), DCTERMS.language: LANGUAGE},
    CV.Event: {**NAMED, CV.hasRelatedService: each(CPSV.PublicService)},
    CPSV.Rule: {**NAMED, DCTERMS.description: NAME, CPSV.implements: each(ELI.LegalResource)},
    ELI.LegalResource: {DCTERMS.relation: each(ELI.LegalResource)},
    DCAT.Dataset: {
        DCTERMS.title: NAME,
        DCTERMS.description: NAME,
        DCTERMS.publisher: each(FOAF.Agent, 1, 1),
        DCTERMS.hasPart: each(CPSV.PublicService),
        DCAT.landingPage: each(FOAF.Document),
    },
    FOAF.Agent: {DCTERMS.identifier: IDENTIFIER, DCTERMS.title: NAME},
}


def shapes() -> Graph:
    """The table as SHACL."""
    graph = Graph()
    for target, paths in SHAPES.items():
        shape = BNode()
        graph.add((shape, RDF.type, SH.NodeShape))
        graph.add((shape, SH.targetClass, target))
        for path, (least, most, kind, datatype) in paths.items():
            rule = BNode()
            graph.add((shape, SH.property, rule))
            graph.add((rule, SH.path, path))
            graph.add((rule, SH.minCount, Literal(least)))
            if most is not None:
                graph.add((rule, SH.maxCount, Literal(most)))
            if kind is not None:
                graph.add((rule, SH["class"], kind))
            if datatype is not None:
                graph.add((rule, SH.datatype, datatype))
    return graph
