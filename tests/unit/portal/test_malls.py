"""The one thing the portal remembers of the catalogue follows it within the minute it says."""

from typing import Any

import pytest
from mpp_portal.rest_api import catalogue
from mpp_portal.rest_api.catalogue import Malls
from mpp_runtime.errors import Text, TryLater


class Told:
    def __init__(self, items: list[dict[str, Any]]) -> None:
        self.items = items

    def content(self) -> dict[str, Any]:
        return {"items": self.items}


class Catalogue:
    """Answers with the malls there are; counts how often it is asked."""

    def __init__(self) -> None:
        self.malls = [{"code": "33.14", "name": "MPP Sragen", "time_zone": "Asia/Jakarta"}]
        self.asked, self.away = 0, False

    async def call_public(self, *_: object, **__: object) -> Told:
        self.asked += 1
        if self.away:
            raise TryLater("away", Text("a", "a"))
        return Told(self.malls)


async def test_another_name_of_a_mall_is_shown_after_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(catalogue.time, "monotonic", lambda: now[0])
    told = Catalogue()
    malls = Malls(told)  # type: ignore[arg-type]
    request: Any = None
    assert (await malls.all(request))["33.14"]["name"] == "MPP Sragen"
    told.malls = [{"code": "33.14", "name": "MPP Kabupaten Sragen", "time_zone": "Asia/Jakarta"}]
    now[0] += catalogue._SECONDS - 1
    assert (await malls.all(request))["33.14"]["name"] == "MPP Sragen"
    assert told.asked == 1
    now[0] += 2
    assert (await malls.all(request))["33.14"]["name"] == "MPP Kabupaten Sragen"
    told.away = True
    now[0] += catalogue._SECONDS + 1
    assert (await malls.all(request))["33.14"]["name"] == "MPP Kabupaten Sragen"
