"""Problems of the catalogue's check at the inputs that mend them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mpp_portal.rest_api.editor.form_pages import is_form
from mpp_portal.rest_api.editor.inputs import Node
from mpp_portal.rest_api.editor.sections import Section, section_of


@dataclass(frozen=True)
class Placed:
    """`id` is the name of an input or a group that the page has; `message` is {id, en}."""

    id: str
    message: Any


def placed(
    root: Node, section: Section, problems: Iterable[Mapping[str, Any]], document: Mapping[str, Any]
) -> list[Placed]:
    """The problems ({where, message}) of one section, in the order of the page.

    What is wrong with something that has no input of its own stands at the nearest group around it.
    """
    nodes = {node.pointer: node for node in _shown(root)}
    order = {node.name: at for at, node in enumerate(nodes.values())}
    found = []
    for problem in problems:
        where = str(problem["where"])
        if section_of(where) is not section:
            continue
        pointer = _in_pages(where, document)
        while pointer and pointer not in nodes:
            pointer = pointer.rpartition("/")[0]
        node = nodes.get(pointer)
        # An object on the way to the parts of the section (or the whole) is nothing that the page shows.
        name = node.name if node and any(_at_or_below(pointer, part) for part in section.parts) else ""
        found.append(Placed(name, problem["message"]))
    return sorted(found, key=lambda each: order.get(each.id, -1))


def _at_or_below(pointer: str, part: str) -> bool:
    return pointer == part or pointer.startswith(f"{part}/")


def _shown(node: Node) -> Iterable[Node]:
    yield node
    if node.kind != "object" or node.shown:
        for child in node.children:
            yield from _shown(child)


def _in_pages(where: str, document: Mapping[str, Any]) -> str:
    """A place of the form's layout or schema, as the place of the list of pages that stands for both."""
    layout, schema = "/form/layout", "/form/schema/properties"
    if _at_or_below(where, layout):
        return "/form/pages" + where.removeprefix(layout)
    if not where.startswith("/form/schema"):
        return where
    names = [part for part in where.removeprefix(schema).split("/")[1:] if part != "properties"]
    form = document["form"]
    pages = form.get("layout", []) if is_form(form) else []
    for length in range(len(names), 0, -1):
        path = "/" + "/".join(names[:length])
        for at, page in enumerate(pages):
            for number, field in enumerate(page.get("fields", [])):
                if field.get("path") == path:
                    return f"/form/pages/{at}/fields/{number}"
    return "/form/pages"
