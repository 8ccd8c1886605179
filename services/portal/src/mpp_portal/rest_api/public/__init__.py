"""Pages for anybody."""

from fastapi import APIRouter

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import Malls
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.public import components, developers, following, home, information, offerings, versions
from mpp_portal.rest_api.public.contracts import Contracts


def add(routes: APIRouter, pages: Pages, api: Api, malls: Malls, contracts: Contracts) -> None:
    """Adds them."""
    home.add(routes, pages, api, malls)
    offerings.add(routes, pages, api)
    versions.add(routes, pages, api)
    following.add(routes, pages, api, malls)
    information.add(routes, pages, api)
    developers.add(routes, pages, api, contracts)
    components.add(routes, pages)
