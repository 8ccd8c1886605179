import pytest
from mpp_applications.main import UseCases, wire

from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import FakeChannel, World
from tests.unit.applications.memory import MemoryQueue, MemoryStore


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def queue(store: MemoryStore) -> MemoryQueue:
    return MemoryQueue(store)


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def cases(store: MemoryStore, queue: MemoryQueue, channel: FakeChannel, world: World) -> UseCases:
    return wire(store, queue, channel, "http://localhost:8080", world.outside())


@pytest.fixture
def actors(cases: UseCases, world: World) -> Actors:
    return Actors(cases, world)
