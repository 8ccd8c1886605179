"""Every route of every service says who may call it, once, with `allow(...)`: a route that says nothing fails here."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from unittest.mock import MagicMock

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from mpp_runtime.rest import Allow

from tests.architecture.tree import SERVICES

# A router is built from its use cases and only calls them when a request comes: anything stands in for them here.
STANDING_IN = MagicMock()
# The one part that decorates routes while they are built: a decorator hands its function on.
STANDING_IN.shows_refusals = lambda handler: handler


def routers(service: str) -> Iterator[APIRouter]:
    """What each `router(...)` function of a service's REST modules and pages builds."""
    for part in ("rest_api", "pages"):
        try:
            package = importlib.import_module(f"mpp_{service}.{part}")
        except ModuleNotFoundError:
            continue
        modules = [package, *(importlib.import_module(f"{package.__name__}.{found.name}") for found in walk(package))]
        for module in modules:
            make = getattr(module, "router", None)
            if inspect.isfunction(make) and make.__module__ == module.__name__:
                yield make(*(STANDING_IN for _ in inspect.signature(make).parameters))
        if hasattr(package, "add_pages"):
            app = FastAPI(openapi_url=None)
            package.add_pages(app, *(STANDING_IN for _ in list(inspect.signature(package.add_pages).parameters)[1:]))
            yield app.router


def walk(package: object) -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(getattr(package, "__path__", ()))


def routes(service: str) -> dict[str, APIRoute]:
    """Method and path to route."""
    found = [route for router in routers(service) for route in flat(router.routes)]
    return {f"{method} {route.path}": route for route in found for method in sorted(route.methods)}


def flat(listed: Iterable[object]) -> Iterator[APIRoute]:
    """The routes of a list, those of routers included in it too."""
    for route in listed:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from flat(
                getattr(route, "routes", ()) or getattr(getattr(route, "original_router", None), "routes", ())
            )


def said(dependant: Dependant) -> list[Allow]:
    """Every `allow(...)` a route depends on."""
    own = [dependant.call] if isinstance(dependant.call, Allow) else []
    return own + [allow for part in dependant.dependencies for allow in said(part)]


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_says_once_who_may_call_it(service: str) -> None:
    found = routes(service)
    assert len(found) >= 5, f"the routes of {service} were not found: {sorted(found)}"
    silent = {path: len(said(route.dependant)) for path, route in found.items() if len(said(route.dependant)) != 1}
    assert not silent, f"give each exactly one `caller: Annotated[Caller, allow(...)]` (how often it has now): {silent}"


def test_a_route_that_says_nothing_is_seen() -> None:
    router = APIRouter()

    @router.get("/open")
    async def anybody() -> None: ...

    (route,) = (route for route in router.routes if isinstance(route, APIRoute))
    assert said(route.dependant) == []


def in_threads(dependant: Dependant) -> list[str]:
    """What a route calls in a thread: what a plain `def` saves in typing it costs at every request."""
    own = [] if dependant.call is None or _on_the_loop(dependant.call) else [getattr(dependant.call, "__name__", "?")]
    return own + [name for part in dependant.dependencies for name in in_threads(part)]


def _on_the_loop(call: object) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


@pytest.mark.parametrize("service", SERVICES)
def test_no_route_hops_to_a_thread(service: str) -> None:
    found = {path: names for path, route in routes(service).items() if (names := in_threads(route.dependant))}
    assert not found, f"make these `async def`: {found}"
