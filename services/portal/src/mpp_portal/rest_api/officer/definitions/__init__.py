"""Pages of national operators: definitions written, reviewed by a second person, published, ended."""

from fastapi import APIRouter

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import Malls
from mpp_portal.rest_api.officer.definitions import comparing, listing, overview, preview, section, versions
from mpp_portal.rest_api.officer.definitions.drafts import Drafts
from mpp_portal.rest_api.pages import Pages


def add(routes: APIRouter, pages: Pages, api: Api, malls: Malls) -> None:
    """Adds them. The order counts: a section's address would take the others below a draft for sections."""
    drafts = Drafts(api)
    page = overview.Overview(pages, api, drafts)
    listing.add(routes, pages, drafts)
    overview.add(routes, pages, drafts, page)
    preview.add(routes, pages, drafts, malls)
    comparing.add(routes, pages, drafts)
    versions.add(routes, pages, drafts)
    section.add(routes, pages, drafts)
