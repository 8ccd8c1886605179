"""A service standard as a definition: what it tells is taken over, what it does not is said to be missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mpp_catalog.domain.checks import Problem
from mpp_catalog.domain.reference import Agency
from mpp_catalog.domain.sippn.form import form_of
from mpp_catalog.domain.sippn.words import both, slug, unread

_KINDS = {"asli": "original", "fotokopi": "copy", "pindaian": "scan"}
_LEVELS = {"ministry": "national", "registry": "national", "regional-office": "regional", "village-office": "village"}
_FILE = {"types": ["application/pdf", "image/jpeg", "image/png"], "max_bytes": 5000000}
# The components of the service standard that SIPPN does not publish.
_INTERNAL = ("facilities", "competence", "supervision", "staffing", "guarantee", "safety", "evaluation")


@dataclass(frozen=True)
class Imported:
    """A definition, and what people have to complete in it: where, and what."""

    document: dict[str, Any]
    missing: tuple[Problem, ...]


def definition_of(standard: Mapping[str, Any], agencies: Mapping[str, Agency], today: date) -> Imported | Problem:
    """The definition of a standard of the right shape; the problem if nobody knows whose public service it is."""
    wanted = " ".join(standard["penyelenggara"].lower().split())
    owner = next((one for one in agencies.values() if wanted in (one.code, one.name.id.lower())), None)
    if owner is None:
        names = sorted(one.name.id for one in agencies.values())
        return Problem(
            "/penyelenggara",
            f"there is no agency '{standard['penyelenggara']}': write one of {names}, or add definitions/agencies",
        )
    missing: list[Problem] = []
    code = standard.get("kode") or slug(standard["nama_layanan"])
    papers = [_requirement(one) for one in standard["persyaratan"]]
    fees = [_fee(number, fee, owner, missing) for number, fee in enumerate(standard["biaya_tarif"]["rincian"])]
    document: dict[str, Any] = {
        "code": code,
        "version": standard.get("versi") or f"{today.year}.1",
        "name": both(standard["nama_layanan"]),
        "description": both(standard.get("deskripsi") or standard["nama_layanan"]),
        "owner": {"level": _LEVELS[owner.kind], "agency": owner.code},
        "category": "general",
        "keywords": {"id": [], "en": []},
        "effective_from": standard.get("berlaku_mulai") or today.isoformat(),
        "effective_to": standard.get("berlaku_sampai"),
        "standard": _standard(standard),
        "requirements": papers,
        "form": form_of(papers, [fee["formula"] for fee in fees if "formula" in fee], missing),
        "prefill": [],
        "tasks": [{"code": "sign", "agency": "esign", "name": "sign", "document": "result"}],
        "workflow": _workflow(owner, standard["jangka_waktu"]["hari_kerja"]),
        "fees": fees,
        "outputs": [_output(standard, code, owner)],
        "messages": {},
        "education": [],
    }
    return Imported(document, (*_untold(standard), *missing))


def _standard(standard: Mapping[str, Any]) -> dict[str, Any]:
    time = standard["jangka_waktu"]
    duration: dict[str, Any] = {"working_days": time["hari_kerja"]}
    duration |= {unit: time[name] for name, unit in (("menit", "minutes"), ("jam", "hours")) if name in time}
    return {
        "procedure": [both(step) for step in standard["sistem_mekanisme_prosedur"]],
        "duration": duration | _confirmed(time),
        "fee": unread(standard["biaya_tarif"]["keterangan"]),
        "product": unread(standard["produk_pelayanan"]),
        "complaints": unread(standard["pengaduan_saran_masukan"]),
        "legal_basis": [
            {"title": one["judul"], "confirmed": one.get("terkonfirmasi", False)} for one in standard["dasar_hukum"]
        ],
        **{part: unread("Tidak tercantum dalam berkas asal.", "Not told by the imported file.") for part in _INTERNAL},
    }


def _requirement(told: Mapping[str, Any]) -> dict[str, Any]:
    about = {"code": told["kode"], "name": both(told["nama"]), "mandatory": told.get("wajib", True)}
    if told.get("bersyarat"):
        about["when"] = f'answers.conditions.{told["kode"].replace("-", "_")} == "yes"'
    if "salah_satu_dari" in told:
        choices = [{"code": one["kode"], "name": both(one["nama"]), **_paper(one)} for one in told["salah_satu_dari"]]
        return about | {"any_of": choices}
    return about | _paper(told)


def _paper(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": _KINDS[told["bentuk"]], "file": dict(_FILE), **_confirmed(told)}


def _confirmed(told: Mapping[str, Any]) -> dict[str, bool]:
    """What the file does not call confirmed is not."""
    return {} if told.get("terkonfirmasi", False) else {"confirmed": False}


def _fee(number: int, told: Mapping[str, Any], owner: Agency, missing: list[Problem]) -> dict[str, Any]:
    kind, amount, where = told["jenis"], told.get("rupiah"), f"/fees/{number}"
    formula = told.get("rumus")
    if kind is None:
        # A table tells an amount alone: the nation's offices take PNBP, the regions' a retribusi.
        kind = "free" if amount == 0 else "pnbp" if _LEVELS[owner.kind] == "national" else "retribusi"
        formula = str(amount) if kind == "retribusi" else None
        missing.append(Problem(f"{where}/kind", f"'{kind}' follows from the agency alone: confirm or correct it"))
    fee = {"code": f"fee-{number + 1}", "kind": kind, "label": both(told["uraian"])}
    if formula is not None:
        fee |= {"formula": formula, "rule": both(told["uraian"])}
        missing.append(Problem(f"{where}/rule", "say in words how the amount comes about"))
    elif kind != "free":
        fee |= {"amount": amount}
    return fee | {"legal_reference": {"title": told["dasar_hukum"], "confirmed": False}}


def _workflow(owner: Agency, days: int) -> dict[str, Any]:
    """One desk that decides: the file tells no steps that a machine could follow."""
    back = {"to": "correction", "event": "CorrectionRequested", "needs": ["items"]}
    no = {"to": "rejected", "event": "ApplicationRejected", "needs": ["reason"]}
    done = {"accepted": {"to": "done", "event": "DocumentIssued"}, "rejected": {"to": "check", "event": "StepEntered"}}
    states = [
        _state("check", "Pemeriksaan dan keputusan", "Check and decision", "IN_REVIEW", "AGENCY")
        | {"desk": _desk(owner) | {"label": {"id": owner.name.id, "en": owner.name.en}}, "working_days": days}
        | {
            "actions": [
                _action("sign", "Setujui dan tanda tangani", "Approve and sign")
                | {"to": "signing", "event": "ApplicationApproved"},
                _action("return", "Kembalikan untuk diperbaiki", "Return for correction") | back,
                _action("reject", "Tolak", "Reject") | no,
            ]
        },
        _state(
            "correction", "Menunggu perbaikan pemohon", "Waiting for your corrections", "ACTION_REQUIRED", "APPLICANT"
        )
        | {"applicant": True}
        | {
            "actions": [
                _action("resubmit", "Ajukan kembali", "Submit again") | {"to": "check", "event": "CorrectionsSubmitted"}
            ]
        },
        _state("signing", "Dokumen sedang ditandatangani", "The document is being signed", "APPROVED", "PLATFORM")
        | {"task": "sign", "outcomes": done},
        _state("done", "Dokumen terbit", "Document issued", "ISSUED", "NONE"),
        _state("rejected", "Ditolak", "Rejected", "REJECTED", "NONE"),
        _state("withdrawn", "Ditarik pemohon", "Withdrawn", "WITHDRAWN", "NONE"),
    ]
    withdraw = {"to": "withdrawn", "event": "ApplicationWithdrawn", "from": ["check", "correction"]}
    return {"start": "check", "states": states, "withdraw": withdraw}


def _state(code: str, name: str, english: str, status: str, clock: str) -> dict[str, Any]:
    return {"code": code, "label": {"id": name, "en": english}, "status": status, "clock": clock}


def _action(code: str, name: str, english: str) -> dict[str, Any]:
    return {"code": code, "label": {"id": name, "en": english}}


def _desk(owner: Agency) -> dict[str, Any]:
    return {"role": "head", "agency": owner.code}


def _output(standard: Mapping[str, Any], code: str, owner: Agency) -> dict[str, Any]:
    return {
        "code": "result",
        "name": both(standard["produk_pelayanan"]),
        "template": "surat",
        "number": f"{{sequence:04d}}/{code.upper()}/{{mall_code}}/{{year}}",
        "valid_until": None,
        "particulars": ["name"],
        "signer_desk": _desk(owner),
    }


def _untold(standard: Mapping[str, Any]) -> list[Problem]:
    """What no file of this shape tells, and what this one leaves out."""
    found = [
        Problem("/name/en", "English is missing here and in every text: it repeats the Indonesian, translate it"),
        Problem("/category", "say to which category it belongs"),
        Problem("/keywords", "add the words that people search"),
        Problem("/workflow", "one desk does it all: draw the steps and whose they are"),
        Problem("/outputs/0", "correct the numbering pattern, the template and how long the document is valid"),
        Problem("/standard/facilities", f"write this and {', '.join(_INTERNAL[1:])}: the file does not tell them"),
    ]
    for key, where in (("deskripsi", "/description"), ("versi", "/version"), ("berlaku_mulai", "/effective_from")):
        if not standard.get(key):
            found.append(Problem(where, f"the file has no '{key}': correct what stands here in its place"))
    return found
