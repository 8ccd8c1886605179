"""What an officer wants mended: item by item, the note beside the question or the paper, then handed in again."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_runtime.errors import NotFound
from mpp_runtime.problems import NOT_FOUND
from mpp_runtime.rest import MIB, body_limit
from starlette.datastructures import FormData

from mpp_portal.rest_api.citizen.kept import kept
from mpp_portal.rest_api.citizen.own import APPLICATIONS, Own, address
from mpp_portal.rest_api.citizen.papers import paper_wanted, send_files
from mpp_portal.rest_api.citizen.steps import Way, way_of
from mpp_portal.rest_api.citizen.wizard import sent_fields, texts_of
from mpp_portal.rest_api.citizen.words import elsewhere, question_problems, question_words
from mpp_portal.rest_api.form import Field, asked, changed_by, changes_of, placed
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import PersonOnly

_TRIES = 3
_REQUIREMENT = "requirement:"


def add(routes: APIRouter, pages: Pages, own: Own) -> None:
    def listed(request: Request, way: Way, *, status: int = 200, refused: bool = False) -> Response:
        # What is missing beside the items: an answer may have made another question necessary.
        named = {item["target"] for item in way.file["corrections"]}
        others = [
            problem
            for problem in way.problems
            if (problem.field.pointer if problem.field else f"{_REQUIREMENT}{problem.requirement}") not in named
        ]
        return pages.render(
            request,
            "citizen/corrections.html",
            status=status,
            file=way.file,
            way=way,
            items=[(number, item) for number, item in enumerate(way.file["corrections"], 1)],
            left=sum(1 for item in way.file["corrections"] if not item["answered"]),
            others=[] if refused else elsewhere(pages, request, way, others),
            summary=elsewhere(pages, request, way, way.problems) if refused else [],
            key=secrets.token_urlsafe(16),
        )

    @routes.get("/applications/{id}/corrections")
    async def corrections(request: Request, who: PersonOnly, id: UUID) -> Response:
        way = await way_of(own, request, id)
        return listed(request, way) if way.file["corrections"] else redirect(address(way.file))

    @routes.post("/applications/{id}/corrections")
    @kept(pages)
    async def hand_in(request: Request, who: PersonOnly, id: UUID) -> Response:
        sent = await pages.posted(request)
        key = str(sent.get("key", ""))[:100] or secrets.token_urlsafe(16)
        for _ in range(_TRIES):
            way = await way_of(own, request, id)
            if not way.file["corrections"]:
                return redirect(address(way.file, "?resubmitted=yes"))
            tag = f'"{way.file["version"]}"'
            answer = await own.api.call(request, "POST", f"{APPLICATIONS}/{id}:submit", key=key, etag=tag)
            if answer.status in (409, 412):
                continue
            if answer.status == 422:
                return listed(request, way, status=422, refused=True)
            answer.content()
            return redirect(address(way.file, "?resubmitted=yes"))
        return listed(request, await way_of(own, request, id), status=412)

    def item_page(
        request: Request, way: Way, number: int, *, status: int = 200, error: str = "", **values: Any
    ) -> Response:
        item = item_at(way, number)
        target = str(item["target"])
        questions = way.questions(fields_at(way, target, values.get("given")), **values)
        return pages.render(
            request,
            "citizen/correction.html",
            status=status,
            file=way.file,
            item=item,
            number=number,
            questions=questions,
            summary=question_problems(pages, request, questions),
            **question_words(pages, request),
            paper=paper_at(way, target),
            error=error,
            key=secrets.token_urlsafe(16),
        )

    @routes.get("/applications/{id}/corrections/{number}")
    async def item(request: Request, who: PersonOnly, id: UUID, number: int) -> Response:
        way = await way_of(own, request, id)
        return item_page(request, way, number) if way.file["corrections"] else redirect(address(way.file))

    @routes.post("/applications/{id}/corrections/{number}")
    @body_limit(60 * MIB)
    @kept(pages)
    async def mend(request: Request, who: PersonOnly, id: UUID, number: int) -> Response:
        sent = await pages.posted(request)
        way = await way_of(own, request, id)
        if not way.file["corrections"]:
            return redirect(address(way.file))
        # By what it points at, not by its place: the list may be another one meanwhile.
        target = str(sent.get("target", ""))
        found = [at for at, each in enumerate(way.file["corrections"], 1) if each["target"] == target]
        if not found:
            return redirect(address(way.file, "/corrections"))
        if not fields_at(way, target):
            refused = await send_files(pages, own, request, id, sent)
            if refused is not None:
                return item_page(request, way, found[0], status=refused[0], error=refused[1])
            return redirect(address(way.file, "/corrections"))
        return await answer_fields(request, id, way, target, found[0], sent)

    async def answer_fields(request: Request, id: UUID, way: Way, target: str, number: int, sent: FormData) -> Response:
        given = texts_of(sent)
        if (other := changed_by(way.form, given, str(sent.get("action", "")))) is not None:
            return item_page(request, way.as_sent(other), number, given=other)
        for _ in range(_TRIES):
            way = way.as_sent(given)
            asked_for = list(way.form.at_or_below(target))
            # One question is on the page whatever was sent; of a list, those that were shown.
            fields = sent_fields(asked_for, sent) if len(asked_for) > 1 else asked_for
            changes = changes_of(way.form, way.file["answers"], fields, given, way.today)
            if not changes.patch:
                break
            answer = await own.change(request, way.file, changes.patch)
            if answer.status == 412:
                way = await way_of(own, request, id)
                continue
            if answer.status == 422:
                told = [{"field": at, "code": code, "detail": detail} for at, code, detail in answer.problem.errors]
                problems = placed(way.form, way.file["answers"], told, way.today)
                return item_page(request, way, number, status=422, given=given, problems=problems)
            way = Way.of(answer.content(), way.form, way.today)
            break
        fields = fields_at(way, target)
        problems = [problem for problem in way.problems if problem.field in fields]
        if problems:
            return item_page(request, way, number, status=422, problems=problems)
        return redirect(address(way.file, "/corrections"))


def item_at(way: Way, number: int) -> Any:
    """Raises NotFound."""
    items = way.file["corrections"]
    if not 1 <= number <= len(items):
        raise NotFound("not-found", NOT_FOUND)
    return items[number - 1]


def fields_at(way: Way, target: str, given: Mapping[str, Sequence[str]] | None = None) -> list[Field]:
    """The question an item names, or all that are asked of a list or an entry; none for a paper.

    `given`: what was typed (input name → texts), it may decide what is asked.
    """
    found = list(way.form.at_or_below(target)) if target else []
    if len(found) <= 1:
        return found
    answers = way.file["answers"]
    if given is not None:
        answers = changes_of(way.form, answers, found, given, way.today).answers
    return [each for each in found if asked(each, answers, way.today)]


def paper_at(way: Way, target: str) -> Any:
    """The requirement an item points at, with what is attached; None for a field."""
    code = target.removeprefix(_REQUIREMENT)
    if code == target:
        return None
    for each in way.file["requirements"]:
        if code == each["code"] or any(paper["code"] == code for paper in each["papers"]):
            return paper_wanted(way.file, each)
    return None
