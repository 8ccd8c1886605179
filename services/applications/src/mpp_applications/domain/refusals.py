"""Refusals of the domain: what is wrong and, where the state is wrong, what is possible instead."""

from collections.abc import Mapping, Sequence
from typing import Any

from mpp_runtime.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound, Stale, Text


def not_found() -> NotFound:
    """The same for what is not there and for what is somebody else's."""
    return NotFound("application-unknown", Text("Permohonan tidak ditemukan.", "There is no such application."))


def not_possible(what: str, state: Text, possible: Sequence[str]) -> Conflict:
    """`possible`: codes of what may be done now."""
    instead_id = ", ".join(possible) or "tidak ada"
    instead_en = ", ".join(possible) or "nothing"
    return Conflict(
        "action-not-possible",
        Text(
            f"Tidak dapat dilakukan saat permohonan berstatus “{state.id}”. Yang mungkin sekarang: {instead_id}.",
            f"Not possible while the application is “{state.en}”. Possible now: {instead_en}.",
        ),
        action=what,
        possible=list(possible),
    )


def applied_for_elsewhere(mode: Mapping[str, Any]) -> Conflict:
    """The mall tells of the public service and hands people on; `mode` is how the offering says so."""
    link = mode["link"] or ""
    return Conflict(
        "applied-for-elsewhere",
        Text(
            f"Layanan ini diajukan di sistem lain: {link or 'tanyakan di loket'}.",
            f"This public service is applied for in another system: {link or 'ask at the counter'}.",
        ),
        mode=mode["kind"],
        link=link,
    )


def stale(current: int) -> Stale:
    return Stale(
        "version-stale",
        Text(
            "Permohonan sudah berubah sejak Anda membukanya. Muat ulang lalu coba lagi.",
            "The application changed since you opened it. Load it again and retry.",
        ),
        current_version=current,
    )


def not_your_desk() -> NotAllowed:
    return NotAllowed(
        "not-your-desk", Text("Permohonan ini tidak di meja Anda.", "This application is not at your desk.")
    )


def own_application() -> NotAllowed:
    return NotAllowed(
        "own-application",
        Text("Anda tidak boleh memproses permohonan sendiri.", "You may not process your own application."),
    )


def not_claimed() -> Conflict:
    return Conflict(
        "task-not-claimed",
        Text("Ambil tugas ini lebih dulu.", "Claim this task first."),
        possible=["claim"],
    )


def claimed_by_other() -> Conflict:
    return Conflict(
        "task-claimed",
        Text("Tugas ini sudah diambil petugas lain.", "Another officer has claimed this task."),
        possible=[],
    )


def needs(what: str) -> Invalid:
    from_words = {
        "reason": Text("Tulis alasannya.", "Give the reason."),
        "items": Text("Sebutkan apa yang harus diperbaiki.", "Name what must be mended."),
    }
    code, detail = f"{what}-missing", from_words[what]
    return Invalid(code, detail, (FieldError(f"/{what}", code, detail),))


def items_not_expected(action: str) -> Invalid:
    return Invalid(
        "items-not-expected",
        Text("Tindakan ini tidak memakai butir perbaikan.", "This action takes no items to mend."),
        action=action,
    )
