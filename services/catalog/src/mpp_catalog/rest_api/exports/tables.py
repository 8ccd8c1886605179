"""Public services as a table, for people and their spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import xlsxwriter  # type: ignore[import-untyped]

from mpp_catalog.domain.offerings import Definition
from mpp_catalog.domain.reference import Agency

COLUMNS = (
    "code", "name_id", "name_en", "category", "level", "agency", "version", "effective_from", "effective_to",
    "working_days", "fee_id", "fee_en", "requirements_id", "requirements_en", "legal_basis", "to_be_confirmed",
)  # fmt: skip
# A spreadsheet runs a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = {"name_id": 40, "name_en": 40, "requirements_id": 60, "requirements_en": 60, "legal_basis": 60}


def rows(definitions: Iterable[Definition], agencies: Mapping[str, Agency]) -> Iterator[list[str | int]]:
    """One row for each public service, by COLUMNS."""
    for definition in definitions:
        document, standard = definition.document, definition.document["standard"]
        yield [
            definition.service,
            document["name"]["id"],
            document["name"]["en"],
            document["category"],
            document["owner"]["level"],
            agencies[document["owner"]["agency"]].name.id,
            definition.version,
            document["effective_from"],
            document["effective_to"] or "",
            standard["duration"]["working_days"],
            standard["fee"]["id"],
            standard["fee"]["en"],
            "; ".join(requirement["name"]["id"] for requirement in document["requirements"]),
            "; ".join(requirement["name"]["en"] for requirement in document["requirements"]),
            "; ".join(reference["title"] for reference in standard["legal_basis"]),
            unconfirmed(document),
        ]


def unconfirmed(value: object) -> int:
    """How many facts of a definition were not read in a source."""
    if isinstance(value, Mapping):
        return (value.get("confirmed") is False) + sum(unconfirmed(part) for part in value.values())
    return sum(unconfirmed(part) for part in value) if isinstance(value, list) else 0


def as_csv(table: Iterable[list[str | int]]) -> bytes:
    """RFC 4180 in UTF-8, with the mark by which spreadsheets know it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([[_harmless(cell) for cell in row] for row in table])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(table: Iterable[list[str | int]]) -> bytes:
    """A workbook with one sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("services")
        sheet.freeze_panes(1, 1)
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for position, name in enumerate(COLUMNS):
            sheet.set_column(position, position, _WIDTHS.get(name, 16), wrapped)
        sheet.write_row(0, 0, COLUMNS, bold)
        for number, row in enumerate(table, 1):
            sheet.write_row(number, 0, row)
    return content.getvalue()


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
