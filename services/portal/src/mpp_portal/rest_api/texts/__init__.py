"""Every sentence of the pages, in both languages. `{name}` is filled in, and escaped by the template."""

from collections.abc import Iterator, Mapping
from itertools import chain

from mpp_runtime.errors import Text

from mpp_portal.rest_api.texts import (
    citizen,
    definition_parts,
    definition_words,
    definitions,
    entries,
    information,
    officer,
    public,
    site,
)

__all__ = ["TEXTS"]


def _merged(*parts: Mapping[str, Text]) -> dict[str, Text]:
    """Raises ValueError for a key that two parts have."""
    keys: Iterator[str] = chain.from_iterable(parts)
    seen: set[str] = set()
    if twice := [key for key in keys if key in seen or seen.add(key)]:  # type: ignore[func-returns-value]
        raise ValueError(f"text keys used twice: {twice}")
    return {key: text for part in parts for key, text in part.items()}


TEXTS = _merged(
    site.TEXTS, public.TEXTS, information.TEXTS, citizen.TEXTS, entries.TEXTS, officer.TEXTS,
    definitions.TEXTS, definition_parts.TEXTS, definition_words.TEXTS,
)  # fmt: skip
