"""Finding a public service by what people call it."""

import re
from dataclasses import dataclass, replace

from mpp_runtime.errors import Text

from mpp_catalog.domain.life_events import LifeEvent
from mpp_catalog.use_cases.browse import not_found
from mpp_catalog.use_cases.ports import Clock, Hit, Query, Reference, Search
from mpp_catalog.use_cases.unmet_demand import UnmetDemand

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
_MOST_SUGGESTIONS = 8
_SHORTEST_SUGGESTED = 2


@dataclass(frozen=True)
class Asked:
    """A question: `mall` or `agency` None for all; `once_a_service`: however many malls offer it, one hit.

    `near`: the code of a region; over all malls, what nearer ones offer comes first among equals.
    """

    mall: str | None
    text: str
    agency: str | None = None
    once_a_service: bool = False
    near: str | None = None


@dataclass(frozen=True)
class Happening:
    """A life event that the question names, and what helps then, in order."""

    event: LifeEvent
    hits: list[Hit]


@dataclass(frozen=True)
class Found:
    """Offerings, best first. `corrected`: words taken for others; `partial`: no offering has all the words."""

    hits: list[Hit]
    corrected: dict[str, str]
    partial: bool
    happening: Happening | None = None


class SearchOfferings:
    """Search over what malls offer now."""

    def __init__(self, search: Search, reference: Reference, clock: Clock, demand: UnmetDemand) -> None:
        self._search = search
        self._reference = reference
        self._clock = clock
        self._demand = demand

    async def find(
        self, asked: Asked, limit: int, after: tuple[int, str, str] | None = None, partial: bool = False
    ) -> Found:
        """At most `limit` + 1 hits, so that it is seen whether there are more. Raises NotFound for an unknown mall.

        A later page passes `after`, the position of the last hit, and the `partial` of the page before.
        """
        words = _words(asked.text)
        if asked.text.strip() and not words:
            await self._check_known(asked)
            return Found([], {}, partial=False)
        found = await self._find(asked, words, limit + 1, after, partial)
        if after is None and words:
            found = replace(found, happening=await self._happening(asked, found.corrected, begun=False))
        if not found.hits:
            # Looked up only here: whoever finds something has asked for a mall that is there.
            await self._check_known(asked)
            if after is None and found.happening is None and asked.agency is None:
                self._demand.count(asked.mall, words)
        return found

    async def suggest(self, mall: str | None, text: str, near: str | None = None) -> Found:
        """The few best, for somebody who is still typing: the last word may be half a word. Nothing is counted."""
        asked = Asked(mall, text, once_a_service=mall is None, near=near)
        words = _words(text)
        if sum(map(len, words)) < _SHORTEST_SUGGESTED:
            await self._check_known(asked)
            return Found([], {}, partial=False)
        found = await self._find(asked, words, _MOST_SUGGESTIONS, None, partial=False)
        found = replace(found, happening=await self._happening(asked, found.corrected, begun=True))
        if not found.hits:
            await self._check_known(asked)
        return found

    async def _find(
        self, asked: Asked, words: list[str], limit: int, after: tuple[int, str, str] | None, partial: bool
    ) -> Found:
        query = Query(
            asked.mall,
            asked.agency,
            tuple(words),
            partial,
            after,
            limit,
            self._clock.now(),
            asked.once_a_service,
            near=asked.near,
        )
        corrected: dict[str, str] = {}
        hits = await self._search.find(query)
        # What has all the words has no word that nobody knows: spelling is looked at when nothing was found.
        if words and (partial or not hits):
            corrected = await self._search.nearest_words(words)
            if corrected:
                query = replace(query, terms=tuple(corrected.get(word, word) for word in words))
                hits = await self._search.find(query)
        if not hits and after is None and len(words) > 1:
            hits, partial = await self._search.find(replace(query, any_term=True)), True
        return Found(hits, corrected, partial and bool(hits))

    async def _happening(self, asked: Asked, corrected: dict[str, str], begun: bool) -> Happening | None:
        text = _WORD.sub(lambda word: corrected.get(word[0].lower(), word[0]), asked.text.strip())
        event = await self._search.life_event(text, begun)
        if event is None:
            return None
        query = Query(
            asked.mall,
            asked.agency,
            (),
            any_term=False,
            after=None,
            limit=len(event.services),
            at=self._clock.now(),
            once_a_service=asked.mall is None,
            services=event.services,
            near=asked.near,
        )
        hits = await self._search.find(query)
        order = {service: place for place, service in enumerate(event.services)}
        hits.sort(key=lambda hit: order[hit.position[1]])
        return Happening(event, hits) if hits else None

    async def _check_known(self, asked: Asked) -> None:
        if asked.mall is not None and await self._reference.mall(asked.mall) is None:
            raise not_found(Text("Mal", "mall"), asked.mall)
        if asked.agency is not None and await self._reference.agency(asked.agency) is None:
            raise not_found(Text("Instansi", "agency"), asked.agency)


def _words(text: str) -> list[str]:
    said = [word for word in dict.fromkeys(_WORD.findall(text.lower())) if word not in _QUESTION_WORDS]
    return said[:_MOST_WORDS]
