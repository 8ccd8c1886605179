"""Reading service standards from JSON, CSV and XLSX, and writing the definitions they become."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from mpp_catalog.domain.checks import Problem
from mpp_catalog.domain.sippn import find_header, standard_of_row
from mpp_catalog.use_cases.folder import FileProblem
from mpp_catalog.use_cases.import_standards import Told

_MARKS = (",", ";", "\t")


def read_standards(path: Path) -> list[Told | FileProblem]:
    """Each standard of a file, by its ending; a file that cannot be read is one problem."""
    read = {".json": _json, ".csv": _csv, ".xlsx": _xlsx}.get(path.suffix.lower())
    if read is None:
        return [FileProblem(path.name, None, "/", f"'{path.suffix}' is not known: save it as .json, .csv or .xlsx")]
    try:
        return list(read(path))
    except UnicodeDecodeError:
        return [FileProblem(path.name, None, "/", "not UTF-8: save it as UTF-8")]
    except json.JSONDecodeError as error:
        return [FileProblem(path.name, error.lineno, "/", f"not readable as JSON: {error.msg}")]
    except (zipfile.BadZipFile, InvalidFileException, KeyError) as error:
        return [FileProblem(path.name, None, "/", f"not readable as XLSX: {error}; save it anew from the spreadsheet")]
    except csv.Error as error:
        return [FileProblem(path.name, None, "/", f"not readable as CSV: {error}")]


def _json(path: Path) -> Iterator[Told | FileProblem]:
    """One standard, a list of them, or the whole catalogue as `/sippn` tells it."""
    told = json.loads(path.read_text("utf-8-sig"))
    inside = "/layanan" if isinstance(told, dict) and "layanan" in told else ""
    found = told["layanan"] if inside else told
    for number, standard in enumerate(found if isinstance(found, list) else [found]):
        before = f"{inside}/{number}" if isinstance(found, list) else ""
        yield Told(path.name, standard, partial(_below, before))


def _below(before: str, where: str) -> tuple[None, str]:
    return None, before + where.rstrip("/") or "/"


def _csv(path: Path) -> Iterator[Told | FileProblem]:
    text = path.read_text("utf-8-sig")
    tables = [list(csv.reader(io.StringIO(text, newline=""), delimiter=mark)) for mark in _MARKS]
    # Spreadsheets of this country write semicolons, others commas: what names the columns is right.
    right = [rows for rows in tables if not isinstance(find_header(rows), Problem)]
    yield from _table(path.name, (right or tables)[0])


def _xlsx(path: Path) -> Iterator[Told | FileProblem]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        rows: list[Sequence[Any]] = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()
    yield from _table(path.name, rows)


def _table(name: str, rows: Sequence[Sequence[Any]]) -> Iterator[Told | FileProblem]:
    header = find_header(rows)
    if isinstance(header, Problem):
        yield FileProblem(name, None, header.where, header.message)
        return
    first, known = header
    for number, cells in enumerate(rows[first + 1 :], first + 2):
        if not any(cell not in (None, "") for cell in cells):
            continue
        row = standard_of_row(cells, known, rows[first])

        def place(where: str, number: int = number, columns: Any = row.columns) -> tuple[None, str]:
            column = columns.get(where.strip("/").split("/")[0])
            return None, f"row {number}, column '{column}'" if column else f"row {number}"

        yield Told(name, row.standard, place, row.problems)
