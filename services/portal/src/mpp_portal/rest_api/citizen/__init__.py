"""Pages of people who apply."""

from fastapi import APIRouter

from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.pages import Pages


def add(routes: APIRouter, pages: Pages, api: Api) -> None:
    """Adds them; none yet."""
