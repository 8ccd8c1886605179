"""What an offering is found by, and the words that mean the same."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass

from mpp_catalog.domain.canonical import canonical_json, digest
from mpp_catalog.domain.offerings import Offering, agencies_of
from mpp_catalog.domain.reference import Agency

_WORD = re.compile(r"\w+")
# Only words of letters are offered as the right spelling of another.
_SPELT = re.compile(r"[^\W\d_]{3,}")
# A group of words or phrases that mean the same, as people write them.
Synonyms = Sequence[Sequence[str]]


@dataclass(frozen=True)
class SearchText:
    """The words of one public service as one or more malls describe it, by weight; most malls share one text."""

    service: str
    name_id: str
    name_en: str
    keywords_id: str
    keywords_en: str
    description_id: str
    description_en: str
    agencies: str

    @property
    def id(self) -> str:
        """Digest of all of it: the same words are indexed once."""
        return digest(canonical_json(list(astuple(self))))

    @property
    def vocabulary(self) -> set[str]:
        """The words that misspelt ones are compared with."""
        texts = astuple(self)[1:-1]
        return vocabulary_of(texts)


def search_text(offering: Offering, agencies: Mapping[str, Agency], synonyms: Synonyms) -> SearchText:
    """What the offering is found by; what its names and keywords mean in other words counts as a keyword."""
    document = offering.document
    name, keywords, description = document["name"], document["keywords"], document["description"]
    said = [*name.values(), *keywords["id"], *keywords["en"]]
    meant = other_words(said, synonyms)
    return SearchText(
        offering.service,
        name["id"],
        name["en"],
        " ".join([*keywords["id"], *meant]),
        " ".join([*keywords["en"], *meant]),
        description["id"],
        description["en"],
        " ".join(f"{code} {agencies[code].name.id} {agencies[code].name.en}" for code in sorted(agencies_of(document))),
    )


def other_words(texts: Iterable[str], synonyms: Synonyms) -> list[str]:
    """The other words of every group of which a word or phrase is in one of the texts."""
    lines = [_line(text) for text in texts]
    found: dict[str, None] = {}
    for group in synonyms:
        if any(_line(phrase) in line for phrase in group for line in lines):
            found |= dict.fromkeys(group)
    return list(found)


def vocabulary_of(texts: Iterable[str]) -> set[str]:
    """The words of the texts that a misspelt word may be taken for."""
    return {word for text in texts for word in _SPELT.findall(text.lower())}


def _line(text: str) -> str:
    """Words between spaces, so that a phrase is found whole: "kk" is not in "akkadia"."""
    return f" {' '.join(_WORD.findall(text.lower()))} "
