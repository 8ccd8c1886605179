"""One section of a draft as a form: saved as it is typed, right or wrong; buttons change its lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from mpp_design.formats import say
from mpp_runtime.errors import TryLater
from starlette.exceptions import HTTPException

from mpp_portal.rest_api.editor import naming, sections
from mpp_portal.rest_api.editor.changing import changed, with_codes
from mpp_portal.rest_api.editor.choices import choices, names_for_conditions
from mpp_portal.rest_api.editor.comparing import part_of_yaml
from mpp_portal.rest_api.editor.form_pages import CHOOSING, ENTRIES, LIMITS, LIMITS_OF, is_form, kept_of
from mpp_portal.rest_api.editor.inputs import Node, inputs, marks
from mpp_portal.rest_api.editor.placing import Placed, placed
from mpp_portal.rest_api.editor.reading import document_of
from mpp_portal.rest_api.editor.sections import Section
from mpp_portal.rest_api.language import language_for
from mpp_portal.rest_api.officer.definitions.drafts import Drafts
from mpp_portal.rest_api.officer.definitions.listing import HERE
from mpp_portal.rest_api.officer.definitions.overview import EDITABLE
from mpp_portal.rest_api.pages import Pages, redirect
from mpp_portal.rest_api.routing import OperatorOnly
from mpp_portal.rest_api.texts import TEXTS


def add(routes: APIRouter, pages: Pages, drafts: Drafts) -> None:
    page = SectionPage(pages, drafts)

    @routes.get(f"{HERE}/drafts/{{draft}}/{{section}}")
    async def read(request: Request, who: OperatorOnly, draft: UUID, section: str) -> Response:
        return await page.show(request, draft, _section(section))

    @routes.post(f"{HERE}/drafts/{{draft}}/{{section}}")
    async def save(request: Request, who: OperatorOnly, draft: UUID, section: str) -> Response:
        form = await pages.posted(request)
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        try:
            return await page.save(request, draft, _section(section), pairs)
        except TryLater as later:
            headers = {"Retry-After": str(later.retry_after)}
            return pages.render(request, "officer/definitions/again.html", status=503, headers=headers, fields=pairs)


def _section(code: str) -> Section:
    if (found := sections.BY_CODE.get(code)) is None:
        raise HTTPException(404)
    return found


@dataclass(frozen=True)
class Unsaved:
    """What could not be saved, and why: `conflict` says who was faster."""

    edited: Mapping[str, Any]
    detail: str
    status: int
    conflict: bool


class SectionPage:
    """Shows a section and saves it."""

    def __init__(self, pages: Pages, drafts: Drafts) -> None:
        self._pages = pages
        self._drafts = drafts

    async def save(self, request: Request, draft: UUID, section: Section, pairs: Sequence[tuple[str, str]]) -> Response:
        """Stores what was typed and goes on to where the button leads."""
        sent = dict(pairs)
        told, etag = await self._drafts.draft(request, draft)
        schema = sections.restricted(await self._drafts.schema(request), section)
        edited = with_codes(document_of(schema, pairs, sections.opened(told["document"])))
        button, to = sent.get("do", ""), ""
        if ":" in button:
            edited, to = changed(schema, edited, button)
        document = sections.closed(edited, told["document"])
        answer = await self._drafts.send(
            request, "PUT", f"/drafts/{draft}", json={"document": document}, etag=sent.get("etag", etag)
        )
        if not answer.ok:
            if answer.status == 404:
                answer.content()
            problem = answer.problem
            sentences = " ".join(sentence for _, _, sentence in problem.errors) or problem.detail
            return await self.show(
                request, draft, section, Unsaved(edited, sentences, answer.status, answer.status == 412)
            )
        if to:
            # The part that was changed is opened: what lies in a closed one cannot be seen.
            return redirect(f"{HERE}/drafts/{draft}/{section.code}?{urlencode({'open': to})}#{quote(to, safe='/')}")
        if button == "next":
            codes = [each.code for each in sections.SECTIONS]
            after = codes[codes.index(section.code) + 1 :]
            return redirect(f"{HERE}/drafts/{draft}" + (f"/{after[0]}" if after else ""))
        return redirect(f"{HERE}/drafts/{draft}/{section.code}?told=saved")

    async def show(self, request: Request, draft: UUID, section: Section, unsaved: Unsaved | None = None) -> Response:
        told, etag = await self._drafts.draft(request, draft)
        language = language_for(request)
        stored = sections.opened(told["document"])
        edited = unsaved.edited if unsaved else stored
        schema = sections.restricted(await self._drafts.schema(request), section)

        def in_words(text: Any) -> str:
            return say(text, language=language)

        found = choices(edited, await self._drafts.world(request), in_words, self._word(request))
        root = inputs(schema, edited, found)
        problems = [] if unsaved else placed(root, section, told["problems"], told["document"])
        form = told["document"].get("form")
        opened = request.query_params.get("open", "")[:300]
        shows = Showing(self._pages, request, problems, opened)
        return self._pages.render(
            request,
            "officer/definitions/section.html",
            status=unsaved.status if unsaved else 200,
            draft=told,
            etag=etag,
            section=section.code,
            sections=[each.code for each in sections.SECTIONS],
            root=root,
            shows=shows,
            errors=[(each.id, f"{shows.about(each)}{in_words(each.message)}") for each in problems],
            names=names_for_conditions(edited, in_words),
            kept=kept_of(form) if section.code == "form" and is_form(form) else [],
            yaml=part_of_yaml(await self._drafts.yaml(request, f"/drafts/{draft}/yaml"), section.keys),
            editable=told["state"] in EDITABLE,
            unsaved=unsaved,
            told="saved" if request.query_params.get("told") == "saved" and not unsaved else "",
        )

    def _word(self, request: Request) -> Callable[[str, str], str]:
        def word(property_: str, value: str) -> str:
            key = naming.word(property_, value)
            return self._pages.text(request, key) if key in TEXTS else value

        return word


class Showing:
    """What the template asks of a node: its words, its problem, whether it is open."""

    def __init__(self, pages: Pages, request: Request, problems: Sequence[Placed], opened: str) -> None:
        self._pages = pages
        self._request = request
        self._language = language_for(request)
        self._problems = {problem.id: say(problem.message, language=self._language) for problem in reversed(problems)}
        self._wrong = [problem.id for problem in problems]
        self._opened = opened
        self.marks = marks

    def label(self, node: Node) -> str:
        key = naming.label(node, TEXTS)
        return self._pages.text(self._request, key) if key else node.word

    def hint(self, node: Node) -> str:
        key = naming.hint(node, TEXTS)
        return self._pages.text(self._request, key) if key else ""

    def one(self, node: Node) -> str:
        """What an entry of this list is called."""
        key = naming.named("one", node.owner, node.word, TEXTS)
        return self._pages.text(self._request, key) if key else self.label(node)

    def options(self, node: Node) -> list[tuple[str, str]]:
        """Codes of the schema in words; what was chosen of a list has its words already."""
        if node.kind == "yes-no":
            return [("yes", self._pages.text(self._request, "definition_yes")),
                    ("no", self._pages.text(self._request, "definition_no"))]  # fmt: skip
        keys = [(value, told, naming.word(node.word, value)) for value, told in node.options]
        return [(value, self._pages.text(self._request, key) if key in TEXTS and told == value else told)
                for value, told, key in keys]  # fmt: skip

    def about(self, problem: Placed) -> str:
        """At the top of the page a sentence stands alone: what it is about, "Name, English: "."""
        labels = [self._pages.text(self._request, key) for key, _ in naming.trail(problem.id, TEXTS) if key]
        return f"{', '.join(labels[-2:])}: " if labels else ""

    def error(self, node: Node) -> str:
        return self._problems.get(node.name, "")

    def summary(self, node: Node) -> str:
        """What an entry of a list is about: its own words."""
        value = node.value
        if node.key is not None:
            return dict(node.keys).get(node.key, node.key)
        if not isinstance(value, Mapping):
            return ""
        for name in ("name", "label", "title", "message"):
            if text := value.get(name):
                return text if isinstance(text, str) else say(text, language=self._language)
        return say(value, language=self._language) or str(value.get("code", ""))

    def asked(self, node: Node, child: Node) -> bool:
        """Of a field of the applicant's form, only the limits that its kind can have."""
        if node.shape.of not in ("form_field", "entry_form_field"):
            return True
        kind = node.value.get("kind", "")
        if child.word == "options":
            return kind in CHOOSING
        if child.word == "entry":
            return bool(kind == ENTRIES)
        return child.word not in LIMITS or child.word in LIMITS_OF.get(kind, ())

    def open(self, node: Node) -> bool:
        """It was asked for, or something in it is wrong."""
        wanted = self._opened == node.name or self._opened.startswith(f"{node.name}/")
        return wanted or self.wrong_inside(node)

    def wrong_inside(self, node: Node) -> bool:
        return any(name == node.name or name.startswith(f"{node.name}/") for name in self._wrong)
