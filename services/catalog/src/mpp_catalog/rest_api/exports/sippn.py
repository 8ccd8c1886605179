"""A public service in the shape of the national catalogue of service standards (SIPPN).

SIPPN has no published interface: the parts are those of its public pages (requirements, system and procedure, time,
cost, product, complaints, and the legal ground), named as Indonesian law names them.
"""

from collections.abc import Mapping
from typing import Any

from mpp_catalog.domain.offerings import Definition
from mpp_catalog.domain.reference import Agency

_KINDS = {"original": "asli", "copy": "fotokopi", "scan": "pindaian"}


def standard_of(definition: Definition, agencies: Mapping[str, Agency]) -> dict[str, Any]:
    """The service standard in Indonesian. `terkonfirmasi` is false for what was not read in a source."""
    document, standard = definition.document, definition.document["standard"]
    duration = standard["duration"]
    return {
        "kode": definition.service,
        "nama_layanan": document["name"]["id"],
        "deskripsi": document["description"]["id"],
        "penyelenggara": agencies[document["owner"]["agency"]].name.id,
        "versi": definition.version,
        "berlaku_mulai": document["effective_from"],
        "berlaku_sampai": document["effective_to"],
        "persyaratan": [_requirement(requirement) for requirement in document["requirements"]],
        "sistem_mekanisme_prosedur": [step["id"] for step in standard["procedure"]],
        "jangka_waktu": {
            "hari_kerja": duration["working_days"],
            **{name: duration[unit] for name, unit in (("menit", "minutes"), ("jam", "hours")) if unit in duration},
            "terkonfirmasi": duration.get("confirmed", True),
        },
        "biaya_tarif": {
            "keterangan": standard["fee"]["id"],
            "rincian": [
                {
                    "uraian": fee["label"]["id"],
                    "jenis": fee["kind"],
                    "rupiah": 0 if fee["kind"] == "free" else fee.get("amount"),
                    "rumus": fee.get("formula"),
                    "dasar_hukum": fee["legal_reference"]["title"],
                }
                for fee in document["fees"]
            ],
        },
        "produk_pelayanan": standard["product"]["id"],
        "pengaduan_saran_masukan": standard["complaints"]["id"],
        "dasar_hukum": [
            {"judul": reference["title"], "terkonfirmasi": reference["confirmed"]}
            for reference in standard["legal_basis"]
        ],
    }


def _requirement(requirement: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kode": requirement["code"],
        "nama": requirement["name"]["id"],
        "wajib": requirement["mandatory"],
        "bersyarat": "when" in requirement,
    }
    if "any_of" in requirement:
        return told | {"salah_satu_dari": [_paper(paper) for paper in requirement["any_of"]]}
    return told | _paper(requirement)


def _paper(paper: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kode": paper["code"],
        "nama": paper["name"]["id"],
        "bentuk": _KINDS[paper["kind"]],
        "terkonfirmasi": paper.get("confirmed", True),
    }
