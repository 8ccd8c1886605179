"""Finding a public service by what people call it."""

import re
from dataclasses import dataclass, replace

from mpp_runtime.errors import Text

from mpp_catalog.use_cases.browse import not_found
from mpp_catalog.use_cases.ports import Clock, Hit, Query, Reference, Search

# Words of a question, not of a public service; PostgreSQL has no Indonesian stop words.
_QUESTION_WORDS = frozenset(
    {
        "ada",
        "agar",
        "akan",
        "apa",
        "atau",
        "bagaimana",
        "bikin",
        "buat",
        "bisa",
        "cara",
        "dan",
        "dapat",
        "dari",
        "dengan",
    }
    | {"di", "dimana", "gimana", "ingin", "ini", "itu", "ke", "mana", "mau", "membuat", "mengurus", "minta", "pada"}
    | {"saya", "untuk", "urus", "yang"}
    | {"a", "an", "and", "apply", "for", "get", "how", "i", "in", "my", "of", "or", "the", "to", "want", "where"}
)
_WORD = re.compile(r"\w+")
_MOST_WORDS = 8


@dataclass(frozen=True)
class Found:
    """Offerings, best first. `corrected`: words taken for others; `partial`: no offering has all the words."""

    hits: list[Hit]
    corrected: dict[str, str]
    partial: bool


class SearchOfferings:
    """Search over what malls offer now."""

    def __init__(self, search: Search, reference: Reference, clock: Clock) -> None:
        self._search = search
        self._reference = reference
        self._clock = clock

    async def find(
        self,
        mall: str | None,
        text: str,
        agency: str | None,
        limit: int,
        after: tuple[int, str, str] | None = None,
        partial: bool = False,
    ) -> Found:
        """At most `limit` + 1 hits, so that it is seen whether there are more. Raises NotFound for an unknown mall.

        A later page passes `after`, the position of the last hit, and the `partial` of the page before.
        """
        if mall is not None and await self._reference.mall(mall) is None:
            raise not_found(Text("Mal", "mall"), mall)
        if agency is not None and await self._reference.agency(agency) is None:
            raise not_found(Text("Instansi", "agency"), agency)
        said = [word for word in dict.fromkeys(_WORD.findall(text.lower())) if word not in _QUESTION_WORDS]
        words = said[:_MOST_WORDS]
        if text.strip() and not words:
            return Found([], {}, partial=False)
        corrected = await self._search.nearest_words(words) if words else {}
        terms = tuple(corrected.get(word, word) for word in words)
        query = Query(mall, agency, terms, partial, after, limit + 1, self._clock.now())
        hits = await self._search.find(query)
        if not hits and after is None and len(terms) > 1:
            hits, partial = await self._search.find(replace(query, any_term=True)), True
        return Found(hits, corrected, partial and bool(hits))
