"""The page of one file."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mpp_portal.domain import Who
from mpp_portal.rest_api.api import Api
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.officer.case import case
from mpp_portal.rest_api.officer.colleagues import Colleagues
from mpp_portal.rest_api.officer.desk import APPLICATIONS
from mpp_portal.rest_api.pages import Pages
from mpp_portal.rest_api.routing import OfficerOnly


@dataclass(frozen=True)
class Written:
    """What an officer has written so far. `items`: target to note, of what is ticked; `notes`: of all the rest too."""

    reason: str = ""
    comment: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Happened:
    """Why a decision was not carried out: said by the API, and what others did since `version`."""

    detail: str
    version: int


def add(routes: APIRouter, page: "FilePage") -> None:
    @routes.get("/office/applications/{application}")
    async def read(request: Request, who: OfficerOnly, application: UUID) -> Response:
        return await page.render(request, who, application)


class FilePage:
    """Puts the page of a file together; reading it is in the person's access log."""

    def __init__(self, pages: Pages, api: Api, colleagues: Colleagues) -> None:
        self._pages = pages
        self._api = api
        self._colleagues = colleagues

    async def render(
        self,
        request: Request,
        who: Who,
        application: UUID,
        *,
        status: int = 200,
        written: Written | None = None,
        errors: Sequence[tuple[str, str]] = (),
        happened: Happened | None = None,
    ) -> Response:
        """`errors`: (id of the field, sentence) each; `written` is shown again as it was typed."""
        path = f"{APPLICATIONS}/applications/{application}"
        # The first call renews the session where it must; the others then go at the same time.
        file = await self._api.call(request, "GET", path)
        told = file.content()
        form, timeline = await asyncio.gather(
            self._api.call(request, "GET", f"{path}/form"), self._api.call(request, "GET", f"{path}/timeline")
        )
        lines = timeline.content()["lines"]
        task = told["task"] or {}
        names = await self._colleagues.names(request, [task.get("claimed_by"), *(line["officer"] for line in lines)])
        found = case(told, form.content(), language_for(request))
        # At the top of the page a sentence stands alone: it has to name what it is about.
        named = {f"note:{target}": label for target, label in found.labels.items()}
        decisions = [action for action in told["actions"] if action["code"] not in ("claim", "release")]
        return framed(
            self._pages.render(
                request,
                "officer/file.html",
                status=status,
                file=told,
                form=form.body,
                case=found,
                lines=lines,
                names=names,
                decisions=decisions,
                needs={need for action in decisions for need in action["needs"]},
                can_claim=any(action["code"] == "claim" for action in told["actions"]),
                mine=bool(task.get("claimed_by_me")),
                colleague=bool(task.get("claimed")) and not task.get("claimed_by_me"),
                written=written or Written(),
                errors=[(id, f"{named[id]}: {text}" if id in named else text) for id, text in errors],
                wrong=dict(errors),
                happened=happened,
                since=[line for line in lines if happened and line["version"] > happened.version],
                key=str(uuid.uuid4()),
            )
        )


def framed(answer: Response) -> Response:
    """A page that shows papers inside itself; they come from this very origin."""
    answer.headers["content-security-policy"] += "; frame-src 'self'"
    return answer
