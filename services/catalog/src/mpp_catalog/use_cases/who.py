"""Who an operator is, by the name and title that identity knows them by."""

import time
from collections.abc import Callable

from mpp_runtime.errors import NotAllowed, Text, TryLater

from mpp_catalog.domain.drafts import Officer
from mpp_catalog.use_cases.editing_ports import Officers

_KEPT_SECONDS = 300.0


class Who:
    """Remembers the operators for some minutes, and longer while identity is away."""

    def __init__(self, officers: Officers, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._officers = officers
        self._monotonic = monotonic
        self._known: dict[str, Officer] = {}
        self._until = float("-inf")

    async def operator(self, id: str) -> Officer:
        """Raises NotAllowed for who is no national operator any more, TryLater if identity cannot be asked."""
        if id not in self._known or self._monotonic() > self._until:
            try:
                found = await self._officers.national_operators()
            except TryLater:
                if id not in self._known:
                    raise
                return self._known[id]
            self._known = {officer.id: officer for officer in found}
            self._until = self._monotonic() + _KEPT_SECONDS
        if id not in self._known:
            told = Text("Anda bukan operator nasional.", "You are not a national operator.")
            raise NotAllowed("national-operators-only", told)
        return self._known[id]
