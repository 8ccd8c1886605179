"""What a mall changed in the national definition, or one version in another: structured and in plain words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mpp_runtime.errors import Text

from mpp_catalog.domain.merge_patch import keyed

_ABSENT = object()
_NOUNS = {
    "requirements": Text("persyaratan", "requirement"),
    "fees": Text("biaya", "fee"),
    "outputs": Text("dokumen hasil", "output"),
    "tasks": Text("tugas instansi", "agency task"),
    "prefill": Text("isian otomatis", "prefill"),
    "states": Text("langkah", "step"),
    "actions": Text("tindakan", "action"),
    "rules": Text("aturan isian", "form rule"),
    "any_of": Text("pilihan berkas", "alternative"),
}
_VERBS = {
    "added": Text("menambah", "adds"),
    "removed": Text("meniadakan", "drops"),
    "changed": Text("mengubah", "changes"),
}
_NAMED_PARTS = {
    "name": Text("nama", "name"),
    "description": Text("uraian", "description"),
    "keywords": Text("kata kunci", "keywords"),
    "effective_from": Text("hari mulai berlaku", "first day in force"),
    "effective_to": Text("hari terakhir berlaku", "last day in force"),
    "version": Text("versi", "version"),
    "standard": Text("standar pelayanan", "service standard"),
    "education": Text("panduan untuk pemohon", "guidance for applicants"),
    "messages": Text("pesan", "messages"),
    "owner": Text("pemilik layanan", "owner"),
    "category": Text("kategori", "category"),
    "layout": Text("susunan formulir", "layout of the form"),
    "schema": Text("isian formulir", "fields of the form"),
    "withdraw": Text("penarikan permohonan", "withdrawal"),
    "start": Text("langkah pertama", "first step"),
}
_PROPERTIES = {
    "working_days": Text("jumlah hari kerja", "working days"),
    "number": Text("pola nomor", "numbering pattern"),
    "when": Text("syarat berlakunya", "condition"),
    "mandatory": Text("kewajiban", "obligation"),
    "name": Text("nama", "name"),
    "label": Text("label", "label"),
    "amount": Text("besaran", "amount"),
    "formula": Text("rumus", "formula"),
    "file": Text("aturan berkas", "file rule"),
}


@dataclass(frozen=True)
class Wording:
    """Who differs from what: `here` begins a sentence, `before` stands in brackets before the value of the baseline."""

    here: Text
    before: Text


OF_MALLS = Wording(Text("Mal ini", "This mall"), Text("standar nasional", "national standard"))
OF_VERSIONS = Wording(Text("Versi ini", "This version"), Text("sebelumnya", "before"))


@dataclass(frozen=True)
class Difference:
    """One change. `path` is a JSON pointer that names entries of coded lists by code; an absent side is None."""

    kind: str
    path: str
    baseline: Any
    here: Any
    text: Text


def differences(baseline: Mapping[str, Any], here: Mapping[str, Any], wording: Wording = OF_MALLS) -> list[Difference]:
    """Every difference, in the order of the baseline."""
    one, two = keyed(dict(baseline)), keyed(dict(here))
    return [_describe(path, was, now, one, two, wording) for path, was, now in _walk(one, two, ())]


def _walk(was: Any, now: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(was, dict) and isinstance(now, dict):
        for key in [*was, *(key for key in now if key not in was)]:
            yield from _walk(was.get(key, _ABSENT), now.get(key, _ABSENT), (*path, key))
    elif was is _ABSENT or now is _ABSENT or type(was) is not type(now) or was != now:
        yield path, was, now


def _describe(path: tuple[str, ...], was: Any, now: Any, one: Any, two: Any, wording: Wording) -> Difference:
    kind = "added" if was is _ABSENT else "removed" if now is _ABSENT else "changed"
    baseline, here = (None if was is _ABSENT else was), (None if now is _ABSENT else now)
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
    return Difference(kind, pointer, baseline, here, _words(kind, path, baseline, here, one, two, wording))


def _words(kind: str, path: tuple[str, ...], was: Any, now: Any, one: Any, two: Any, wording: Wording) -> Text:
    old, new = _show(was), _show(now)
    subject = _subject(path, one, two)
    if subject is None:
        place = _place(path)
        if old == new:  # Both too long to be shown.
            return Text(f"{place.id}: berubah.", f"{place.en}: changed.")
        return Text(f"{place.id}: {old.id} menjadi {new.id}.", f"{place.en}: {old.en} becomes {new.en}.")
    noun, name, rest = subject
    if not rest:
        verb = _VERBS[kind]
        return Text(
            f"{wording.here.id} {verb.id} {noun.id} “{name.id}”.",
            f"{wording.here.en} {verb.en} the {noun.en} “{name.en}”.",
        )
    what = _PROPERTIES.get(rest[-1], Text("/".join(rest), "/".join(rest)))
    return Text(
        f"{noun.id.capitalize()} “{name.id}”: {what.id} {new.id} ({wording.before.id}: {old.id}).",
        f"{noun.en.capitalize()} “{name.en}”: {what.en} {new.en} ({wording.before.en}: {old.en}).",
    )


def _place(path: tuple[str, ...]) -> Text:
    """What is not in a coded list, by the innermost part of it that has a name."""
    whole = "/".join(path)
    named = next((_NAMED_PARTS[part] for part in reversed(path) if part in _NAMED_PARTS), None)
    if named is None:
        return Text(whole, whole)
    more = f" ({whole})" if len(path) > 1 else ""
    return Text(f"{named.id.capitalize()}{more}", f"{named.en.capitalize()}{more}")


def _subject(path: tuple[str, ...], one: Any, two: Any) -> tuple[Text, Text, tuple[str, ...]] | None:
    """The innermost coded thing that `path` lies in: what it is, what it is called, and the path below it."""
    for cut in range(len(path), 1, -1):
        noun = _NOUNS.get(path[cut - 2])
        entry = _at(two, path[:cut]) or _at(one, path[:cut])
        if noun and isinstance(entry, dict):
            title = entry.get("name") or entry.get("label") or entry.get("message")
            if isinstance(title, dict) and {"id", "en"} <= title.keys():
                return noun, Text(title["id"], title["en"]), path[cut:]
            return noun, Text(path[cut - 1], path[cut - 1]), path[cut:]
    return None


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _show(value: Any) -> Text:
    if value is None:
        return Text("tidak ada", "none")
    if isinstance(value, bool):
        return Text("ya", "yes") if value else Text("tidak", "no")
    shown = str(value) if isinstance(value, str | int) else "…"
    return Text(shown, shown)
