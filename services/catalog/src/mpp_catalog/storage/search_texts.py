"""Writing what search reads: texts with their vocabulary, and life events."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Text, delete, exists, func, literal, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from mpp_catalog.domain.life_events import LifeEvent
from mpp_catalog.domain.search_text import SearchText, vocabulary_of
from mpp_catalog.storage.tables import LifeEventRow, PeriodRow, PhraseRow, TextRow, WordRow


async def put_text(session: AsyncSession, found_by: SearchText) -> None:
    """Indexes it once, however many offerings are found by it."""
    if (await session.execute(select(TextRow.id).where(col(TextRow.id) == found_by.id))).first():
        return
    words = (
        _words("indonesian", "A", found_by.name_id)
        .op("||")(_words("simple", "A", found_by.name_en))
        .op("||")(_words("indonesian", "B", found_by.keywords_id))
        .op("||")(_words("simple", "B", found_by.keywords_en))
        .op("||")(_words("indonesian", "C", found_by.description_id))
        .op("||")(_words("simple", "C", found_by.description_en))
        .op("||")(_words("simple", "D", found_by.agencies))
    )
    await session.execute(insert(TextRow).values(id=found_by.id, service=found_by.service, words=words))
    await _put_words(session, found_by.vocabulary)


async def drop_unused_texts(session: AsyncSession, service: str) -> None:
    """Those that no offering is found by any more; a word of theirs alone is misspelt again."""
    used = exists().where(col(PeriodRow.text) == col(TextRow.id))
    await session.execute(delete(TextRow).where(col(TextRow.service) == service, ~used))


async def put_life_events(session: AsyncSession, events: Sequence[LifeEvent]) -> None:
    """Replaces them all."""
    await session.execute(delete(LifeEventRow))
    for event in events:
        row = {"code": event.code, "name": {"id": event.name.id, "en": event.name.en}, "services": list(event.services)}
        await session.execute(insert(LifeEventRow).values(**row))
        for phrase in dict.fromkeys(phrase.lower() for phrase in event.phrases):
            either = func.plainto_tsquery(text("'indonesian'"), phrase).op("||")(
                func.plainto_tsquery(text("'simple'"), phrase)
            )
            await session.execute(insert(PhraseRow).values(event=event.code, phrase=phrase, query=either))
    await _put_words(session, vocabulary_of(phrase for event in events for phrase in event.phrases))


async def _put_words(session: AsyncSession, words: Iterable[str]) -> None:
    if found := sorted(words):
        await session.execute(insert(WordRow).values([{"word": word} for word in found]).on_conflict_do_nothing())


def _words(configuration: str, weight: str, value: str) -> Any:
    return func.setweight(func.to_tsvector(text(f"'{configuration}'"), literal(value, Text)), text(f"'{weight}'"))
