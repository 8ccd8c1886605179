"""Lookups at agencies."""

from collections.abc import Mapping
from typing import Any

from mpp_lookups import AgencyLookups

from mpp_applications.use_cases.ports import LookupResult


class LookupClient:
    def __init__(self, lookups: AgencyLookups) -> None:
        self._lookups = lookups

    async def ask(
        self, agency: str, name: str, input: Mapping[str, Any], *, purpose: str, language: str
    ) -> LookupResult:
        answer = await self._lookups.ask(agency, name, dict(input), purpose=purpose, language=language)
        return LookupResult(answer.outcome, answer.data, answer.source, answer.as_of)
