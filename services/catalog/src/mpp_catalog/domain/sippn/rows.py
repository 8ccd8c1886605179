"""A row of somebody's table as a service standard: columns by what people call them, cells as people write them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mpp_catalog.domain.checks import Problem
from mpp_catalog.domain.sippn.words import slug

Cell = str | int | float | date | None
# What a column may be called, by the part of the standard; written small, words joined by one underscore.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "kode": ("kode_layanan", "code"),
    "nama_layanan": ("nama", "layanan", "jenis_layanan", "jenis_pelayanan", "nama_pelayanan"),
    "deskripsi": ("keterangan", "uraian"),
    "penyelenggara": ("instansi", "opd", "unit_kerja", "unit_penyelenggara", "penyelenggara_layanan"),
    "versi": (),
    "berlaku_mulai": ("mulai_berlaku",),
    "berlaku_sampai": (),
    "persyaratan": ("syarat", "persyaratan_pelayanan"),
    "sistem_mekanisme_prosedur": ("prosedur", "mekanisme", "sistem_mekanisme_dan_prosedur", "alur"),
    "jangka_waktu": ("waktu", "waktu_penyelesaian", "jangka_waktu_penyelesaian", "jangka_waktu_pelayanan"),
    "biaya_tarif": ("biaya", "tarif"),
    "produk_pelayanan": ("produk", "produk_layanan"),
    "pengaduan_saran_masukan": ("pengaduan", "pengaduan_saran_dan_masukan", "penanganan_pengaduan_saran_dan_masukan"),
    "dasar_hukum": ("peraturan",),
}
_KEYS = {name: key for key, names in _NAMES.items() for name in (key, *names)}
_NEEDED = (
    "nama_layanan", "penyelenggara", "persyaratan", "sistem_mekanisme_prosedur", "jangka_waktu", "biaya_tarif",
    "produk_pelayanan", "pengaduan_saran_masukan", "dasar_hukum",
)  # fmt: skip
_ENOUGH = 3
_BULLET = re.compile(r"^\s*(?:\(?(?:\d{1,2}|[a-z])[.)]\s*|[-•*·]\s+)", re.IGNORECASE)
_TIME = re.compile(
    r"(?:(?:paling lama|maksimal|maks\.?)\s+)?(?:\d+\s*(?:-|–|s/d)\s*)?(\d+)\s*(hari kerja|hari|jam|menit)?"
)
_FREE = re.compile(r"(?:gratis|nihil|tidak dipungut biaya|tanpa biaya|(?:rp\.?\s*)?0(?:[.,]00)?|-)\W*")
_RUPIAH = re.compile(r"(?:rp\.?\s*)?(\d{1,3}(?:\.\d{3})+|\d+)(?:,-|,00)?")
_MONTHS = [
    "januari",
    "februari",
    "maret",
    "april",
    "mei",
    "juni",
    "juli",
    "agustus",
    "september",
    "oktober",
    "november",
    "desember",
]


@dataclass(frozen=True)
class Row:
    """A standard, what is wrong with its cells, and the name of the column that each part came from."""

    standard: dict[str, Any]
    problems: tuple[Problem, ...]
    columns: Mapping[str, str]


def find_header(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[int, str]] | Problem:
    """The first row that names columns, and the part of the standard that each known column holds."""
    for number, row in enumerate(rows):
        known = {place: key for place, cell in enumerate(row) if (key := _KEYS.get(_written(cell)))}
        if len(known) < _ENOUGH:
            continue
        if twice := sorted({key for key in known.values() if list(known.values()).count(key) > 1}):
            return Problem(f"row {number + 1}", f"two columns hold '{twice[0]}': rename or take out one of them")
        if gone := [key for key in _NEEDED if key not in known.values()]:
            return Problem(f"row {number + 1}", f"there is no column for {', '.join(gone)}: add it")
        return number, known
    return Problem("row 1", f"no row names the columns: begin the table with {', '.join(_NAMES)}")


def standard_of_row(cells: Sequence[Cell], known: Mapping[int, str], header: Sequence[Cell]) -> Row:
    """The standard of one row; `where` of a problem is the part of the standard, which is a column."""
    standard: dict[str, Any] = {}
    problems: list[Problem] = []
    for place, key in known.items():
        text = _text(cells[place]) if place < len(cells) else ""
        if not text:
            if key in _NEEDED:
                problems.append(Problem(f"/{key}", "the cell is empty: fill it in"))
            continue
        told: Any = _READ[key](text) if key in _READ else text
        if isinstance(told, str) and key in _READ:
            problems.append(Problem(f"/{key}", told))
        else:
            standard[key] = told["date"] if key in _DATES else told
    return Row(standard, tuple(problems), {key: _text(header[place]) for place, key in known.items()})


def _papers(text: str) -> Any:
    papers: dict[str, dict[str, Any]] = {}
    for name in _items(text):
        low = name.lower()
        copied = re.search(r"foto ?[ck]op[iy]", low) is not None
        code = slug(name)
        while code in papers:
            code = f"{code[:56]}-{len(papers) + 1}"
        papers[code] = {
            "kode": code,
            "nama": name,
            "wajib": True,
            "bersyarat": re.search(r"\b(?:bila|jika|apabila|bagi yang)\b", low) is not None,
            "bentuk": "fotokopi" if copied else "asli" if "asli" in low.split() else "pindaian",
            "terkonfirmasi": False,
        }
    return list(papers.values())


def _time(text: str) -> Any:
    found = _TIME.fullmatch(text.lower().strip(" ."))
    if found is None or not (number := int(found[1])):
        return f"'{text}' is no time: write it as '5 hari kerja', '2 jam' or '30 menit'"
    minutes = {"jam": 60, "menit": 1}.get(found[2] or "")
    if minutes is None:
        return {"hari_kerja": number, "terkonfirmasi": False}
    # A working day counts eight hours.
    return {"hari_kerja": max(1, -(-number * minutes // 480)), found[2]: number, "terkonfirmasi": False}


def _cost(text: str) -> Any:
    told = {"keterangan": text, "rincian": []}
    low = text.lower().strip()
    if _FREE.fullmatch(low):
        amount: int | None = 0
    elif found := _RUPIAH.fullmatch(low):
        amount = int(found[1].replace(".", ""))
    else:
        return told
    line = {"uraian": "Biaya layanan", "jenis": None, "rupiah": amount, "dasar_hukum": "Belum disebutkan"}
    return told | {"rincian": [line]}


def _day(text: str) -> Any:
    """A dict, because a text is what is wrong."""
    words = text.lower().split()
    numbers = [int(part) for part in re.split(r"[-/. ]", text) if part.isdigit()]
    try:
        if len(words) == 3 and words[1] in _MONTHS:
            return {"date": date(int(words[2]), _MONTHS.index(words[1]) + 1, int(words[0])).isoformat()}
        year, month, day = numbers if numbers and numbers[0] > 31 else numbers[::-1]
        return {"date": date(year, month, day).isoformat()}
    except ValueError:
        return f"'{text}' is no date: write it as 2026-12-31 or 31 Desember 2026"


def _laws(text: str) -> Any:
    return [{"judul": title, "terkonfirmasi": False} for title in _items(text)]


def _steps(text: str) -> Any:
    return list(_items(text))


_DATES = ("berlaku_mulai", "berlaku_sampai")
_READ: Mapping[str, Callable[[str], Any]] = {
    "persyaratan": _papers,
    "sistem_mekanisme_prosedur": _steps,
    "jangka_waktu": _time,
    "biaya_tarif": _cost,
    "dasar_hukum": _laws,
    **dict.fromkeys(_DATES, _day),
}


def _items(text: str) -> Iterator[str]:
    """The entries of a cell: a line each, or between semicolons, numbered or not."""
    for line in re.split(r"[\n;]", text):
        if entry := _BULLET.sub("", line).strip(" .,"):
            yield entry


def _written(cell: Cell) -> str:
    return re.sub(r"^\d+_", "", re.sub(r"[^a-z0-9]+", "_", _text(cell).lower()).strip("_"))


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
