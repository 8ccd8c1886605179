"""Two operators at the portal; the catalogue's drafts are answered by a stand-in with the shapes of the real one."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict

import httpx
import pytest
from mpp_portal.domain import Session, Who
from mpp_portal.rest_api.sessions import Seal

from tests.integration.portal.conftest import SESSION_KEYS, portal
from tests.integration.portal.definitions.catalogue import Catalogue

GALIH = Who("0199a1b2-0000-7000-8000-00000000000a", "Galih Pranata", "officer", "Operator", ({"role": "operator"},))
RATNA = Who("0199a1b2-0000-7000-8000-00000000000b", "Ratna Dewi", "officer", "Operator", ({"role": "operator"},))
RINA = Who("0199a1b2-0000-7000-8000-00000000000c", "Rina", "officer", "", ({"role": "verifier", "region": "33.14"},))


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.fixture
async def seat(catalogue: Catalogue) -> AsyncIterator[Callable[[Who], httpx.AsyncClient]]:
    """A browser of whoever sits down, signed in; redirects are followed."""
    app = portal(catalogue)  # type: ignore[arg-type]
    seats: list[httpx.AsyncClient] = []

    def sit(who: Who) -> httpx.AsyncClient:
        # The token is the officer's id: the stand-in knows who calls by it.
        session = Session(who, who.id, "refresh", "id", int(time.time()) + 3600)
        sealed = Seal(SESSION_KEYS).close("mpp-session", asdict(session))
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost:8080", follow_redirects=True,
            cookies={"mpp_session": sealed}, headers={"accept-language": "en", "origin": "http://localhost:8080"},
        )  # fmt: skip
        seats.append(client)
        return client

    yield sit
    for client in seats:
        await client.aclose()
