"""Regions, malls, agencies, public services and calendars."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from mpp_runtime.errors import Invalid, Text
from mpp_runtime.rest import allow, decode_cursor, encode_cursor
from mpp_runtime.tokens import Caller

from mpp_catalog.rest_api.models import (
    AgencyList,
    AgencyModel,
    CalendarModel,
    MallList,
    MallModel,
    PublicServiceList,
    PublicServiceModel,
    PublicServiceSummary,
    RegionModel,
    RegionPage,
    WorkingDayModel,
)
from mpp_catalog.use_cases.browse import Browse

Anyone = Annotated[Caller, allow("anonymous")]
Limit = Annotated[int, Query(ge=1, le=100, description="Most items of a page")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before")]
# A region's code or name may be asked with any text; what is longer than any of them is a mistake.
Words = Annotated[str | None, Query(max_length=100)]
_SECONDS = 60
# What is made from definitions may be shown from a cache for a minute; after that the cache asks with its ETag and
# mostly gets 304.
CACHE = "public, max-age=60, stale-while-revalidate=600"


def router(browse: Browse) -> APIRouter:
    """Routes that anyone may read."""
    routes = APIRouter(tags=["reference"])

    @routes.get("/regions")
    async def list_regions(
        response: Response,
        caller: Anyone,
        parent: Annotated[
            str | None, Query(max_length=8, description="Code of the region above; empty: provinces")
        ] = None,
        q: Words = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> RegionPage:
        """Regions in force, by code; `q` is a part of the name."""
        _cache(response)
        found = await browse.regions(parent, q, _after(cursor), limit + 1)
        page = found[:limit]
        more = encode_cursor({"code": page[-1].code}) if len(found) > limit else None
        return RegionPage(items=[RegionModel.of(region) for region in page], next_cursor=more)

    @routes.get("/malls")
    async def list_malls(response: Response, caller: Anyone) -> MallList:
        """Every mall, by code."""
        _cache(response)
        return MallList(items=[MallModel.of(mall) for mall in await browse.malls()])

    @routes.get("/malls/{code}")
    async def get_mall(code: str, response: Response, caller: Anyone) -> MallModel:
        _cache(response)
        return MallModel.of(await browse.mall(code))

    @routes.get("/agencies")
    async def list_agencies(response: Response, caller: Anyone) -> AgencyList:
        """Every agency, by code."""
        _cache(response)
        return AgencyList(items=[AgencyModel.of(agency) for agency in await browse.agencies()])

    @routes.get("/agencies/{code}")
    async def get_agency(code: str, response: Response, caller: Anyone) -> AgencyModel:
        _cache(response)
        return AgencyModel.of(await browse.agency(code))

    @routes.get("/services")
    async def list_services(response: Response, caller: Anyone) -> PublicServiceList:
        """Every public service, by code."""
        _cache(response)
        return PublicServiceList(items=[PublicServiceSummary.of(service) for service in await browse.services()])

    @routes.get("/services/{code}")
    async def get_service(code: str, response: Response, caller: Anyone) -> PublicServiceModel:
        """The national definition in force, and every version."""
        _cache(response)
        return PublicServiceModel.of(await browse.service(code))

    @routes.get("/calendars/{mall}")
    async def get_calendar(
        mall: str, year: Annotated[int, Query(ge=1945, le=9998)], response: Response, caller: Anyone
    ) -> CalendarModel:
        """The days of a year that a mall does not work, and how many it does."""
        _cache(response)
        version, calendar = await browse.calendar(mall)
        return CalendarModel.of(mall, version, calendar, year)

    @routes.get("/calendars/{mall}/working-day")
    async def get_working_day(
        mall: str,
        start: Annotated[date, Query(description="The day the clock begins; it does not count itself")],
        working_days: Annotated[int, Query(ge=0, le=365)],
        response: Response,
        caller: Anyone,
    ) -> WorkingDayModel:
        """The last of so many working days after `start`."""
        _cache(response)
        version, calendar = await browse.calendar(mall)
        due = calendar.add_working_days(start, working_days)
        return WorkingDayModel(mall=mall, version=version, start=start, working_days=working_days, date=due)

    return routes


def _cache(response: Response) -> None:
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"


def _after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    code: Any = decode_cursor(cursor).get("code")
    if not isinstance(code, str):
        raise Invalid("invalid-cursor", Text("Kursor tidak sah.", "The cursor is not valid."))
    return code
