"""How often one address may ask."""

import pytest
from mpp_applications.rest_api import allowance
from mpp_applications.rest_api.allowance import Allowance
from mpp_runtime.errors import TooMany


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_then_the_rate_holds_for_that_address_only() -> None:
    clock = Clock()
    allowed = Allowance(per_minute=6, burst=3, clock=clock)
    for _ in range(3):
        allowed.take("a")
    with pytest.raises(TooMany) as refused:
        allowed.take("a")
    assert refused.value.retry_after == 10
    allowed.take("b")
    clock.now = 10.0
    allowed.take("a")
    with pytest.raises(TooMany):
        allowed.take("a")


def test_what_is_refused_does_not_push_the_next_chance_away() -> None:
    clock = Clock()
    allowed = Allowance(per_minute=60, burst=1, clock=clock)
    allowed.take("a")
    for step in range(9):
        clock.now = step / 10
        with pytest.raises(TooMany):
            allowed.take("a")
    clock.now = 1.0
    allowed.take("a")


def test_many_addresses_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MAX_CLIENTS", 100)
    allowed = Allowance(per_minute=1, burst=1, clock=Clock())
    for number in range(1000):
        allowed.take(str(number))
    assert len(allowed._buckets) == 100
