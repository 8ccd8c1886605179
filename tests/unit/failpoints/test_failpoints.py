"""Failpoints: nothing when unset, exactly the n-th time when armed, refused where they must not be."""

import asyncio
import itertools
import time

import pytest
from mpp_failpoints import Failpoint, InjectedError, arm, registered

names = (f"test.place_{'abcdefghijklmnopqrstuvwxyz'[number]}" for number in itertools.count())


@pytest.fixture
def place() -> Failpoint:
    return Failpoint(next(names))


async def test_unarmed_it_does_nothing(place: Failpoint) -> None:
    arm("production", {})
    arm("production", {"MPP_FAILPOINT": ""})
    for _ in range(3):
        await place.reach("anything")


async def test_it_acts_the_nth_time_and_no_other(place: Failpoint) -> None:
    arm("demo", {"MPP_FAILPOINT": f"{place.name}:error@2"})
    await place.reach()
    with pytest.raises(InjectedError, match=place.name):
        await place.reach()
    await place.reach()


async def test_a_label_counts_only_what_carries_it(place: Failpoint) -> None:
    arm("demo", {"MPP_FAILPOINT": f"{place.name}[ApplicationSubmitted]:error"})
    await place.reach()
    await place.reach("ApplicationDrafted")
    with pytest.raises(InjectedError):
        await place.reach("ApplicationDrafted", "ApplicationSubmitted")


async def test_delay_waits_and_lets_others_work(place: Failpoint) -> None:
    arm("demo", {"MPP_FAILPOINT": f"{place.name}:delay=0.05"})
    begun = time.monotonic()
    waiting = asyncio.create_task(place.reach())
    await asyncio.sleep(0)  # it begins to wait
    assert not waiting.done()
    assert time.monotonic() - begun < 0.05
    await waiting
    assert time.monotonic() - begun >= 0.05


async def test_several_at_once(place: Failpoint) -> None:
    other = Failpoint(next(names))
    arm("demo", {"MPP_FAILPOINT": f"{place.name}:error, {other.name}:error@1"})
    for one in (place, other):
        with pytest.raises(InjectedError):
            await one.reach()


def test_an_injected_error_is_a_broken_connection() -> None:
    assert issubclass(InjectedError, OSError)


@pytest.mark.parametrize("environment", ["production", ""])
def test_never_in_production(place: Failpoint, environment: str) -> None:
    with pytest.raises(SystemExit, match="never in the environment"):
        arm(environment, {"MPP_FAILPOINT": f"{place.name}:kill"})


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "{}",
        "{}:explode",
        "{}:delay",
        "{}:kill=3",
        "{}:kill@0",
        "{}:kill@x",
        "{}[]:kill",
        "{}:kill;x",
        "no.such:kill",
    ],
)
def test_a_slip_of_the_pen_is_refused(place: Failpoint, wrong: str) -> None:
    with pytest.raises(SystemExit, match="MPP_FAILPOINT"):
        arm("demo", {"MPP_FAILPOINT": wrong.format(place.name) or ","})


def test_names_are_declared_once_and_well_formed(place: Failpoint) -> None:
    assert place.name in registered()
    for name in (place.name, "nodot", "Upper.case", "a.b-c", ""):
        with pytest.raises(ValueError, match="failpoint"):
            Failpoint(name)
