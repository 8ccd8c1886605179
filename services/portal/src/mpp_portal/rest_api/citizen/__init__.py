"""Pages of people who apply: begin, fill in, attach, hand in, follow, mend; messages and one's own data."""

from fastapi import APIRouter

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.citizen import (
    applying,
    corrections,
    following,
    inbox,
    mine,
    papers,
    profile,
    review,
    wizard,
)
from mpp_portal.rest_api.citizen.own import Own
from mpp_portal.rest_api.pages import Pages


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    """Adds them."""
    own = Own(api)
    applying.add(routes, pages, api)
    mine.add(routes, pages, own)
    wizard.add(routes, pages, own)
    papers.add(routes, pages, own)
    review.add(routes, pages, own)
    corrections.add(routes, pages, own)
    following.add(routes, pages, own)
    inbox.add(routes, pages, api)
    profile.add(routes, pages, api)
