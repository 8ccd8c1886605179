"""Pages of officers: the desk, a file, a decision, a signature. Every call is made with the officer's own token."""

from fastapi import APIRouter

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.catalogue import Malls
from mpp_portal.rest_api.officer import deciding, definitions, desk, file_page, papers, signing
from mpp_portal.rest_api.officer.colleagues import Colleagues
from mpp_portal.rest_api.officer.file_page import FilePage
from mpp_portal.rest_api.pages import Pages


def add(routes: APIRouter, pages: Pages, api: Api, malls: Malls) -> None:
    """Adds them."""
    colleagues = Colleagues(api)
    page = FilePage(pages, api, colleagues)
    desk.add(routes, pages, api, colleagues)
    file_page.add(routes, page)
    papers.add(routes, pages, api)
    deciding.add(routes, pages, api, page)
    signing.add(routes, pages, api)
    definitions.add(routes, pages, api, malls)
