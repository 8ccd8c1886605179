"""The electronic signature provider, simulated: lookup `certificate` and task `sign`."""

import asyncio
import os
from pathlib import Path

from mpp_connector import (
    Accepted,
    AgencyBusy,
    Connector,
    Found,
    LookupRequest,
    Reason,
    Refused,
    Rejected,
    Task,
    Text,
)

from mpp_connector_esign.authority import DEFAULT_ADDRESS, Authority
from mpp_connector_esign.signed_tasks import SignedTasks
from mpp_connector_esign.signing import Signing, SigningRefused

CRL_EVERY_SECONDS = 6 * 3600

TEXTS = {
    "signer-unknown": Text(
        id="Penanda tangan tidak dikenal penyelenggara tanda tangan (simulasi).",
        en="The signature provider (simulated) does not know this signer.",
    ),
    "attributes-refused": Text(
        id="Yang diminta ditandatangani bukan atribut tanda tangan dokumen dari penanda tangan ini (simulasi).",
        en="What was to be signed are not the signature attributes of a document of this signer (simulated).",
    ),
    "digest-algorithm-refused": Text(
        id="Hanya SHA-256 yang diterima (simulasi).", en="Only SHA-256 is accepted (simulated)."
    ),
    "task-signed-for-another-document": Text(
        id="Tugas ini sudah ditandatangani untuk dokumen lain (simulasi).",
        en="This task was already signed for another document (simulated).",
    ),
}

connector = Connector(
    agency="esign",
    name=Text(id="Penyelenggara tanda tangan elektronik", en="Electronic signature provider"),
    simulated=True,
    source=Text(
        id="Simulasi: sertifikat dan tanda tangan dari otoritas tiruan, tanpa kekuatan hukum",
        en="Simulated: certificates and signatures of a make-believe authority, without legal force",
    ),
)


class _Office:
    """The authority and what was signed, opened at the start of this process."""

    def __init__(self) -> None:
        self.signing: Signing | None = None
        self._publishing: asyncio.Task[None] | None = None

    async def open(self, data_dir: Path) -> None:
        authority = await asyncio.to_thread(open_authority, data_dir)
        self.signing = Signing(authority, SignedTasks(authority_folder(data_dir) / "signed-tasks.sqlite"))
        self._publishing = asyncio.create_task(_publish(authority))

    def opened(self) -> Signing:
        if self.signing is None:
            raise AgencyBusy("the authority is being opened")
        return self.signing


office = _Office()


def authority_folder(data_dir: Path) -> Path:
    """The folder that all copies of this connector share."""
    return Path(os.environ.get("MPP_ESIGN_AUTHORITY_DIR") or data_dir / "authority")


def open_authority(data_dir: Path) -> Authority:
    return Authority(authority_folder(data_dir), os.environ.get("MPP_ESIGN_ADDRESS") or DEFAULT_ADDRESS)


@connector.startup
async def start(data_dir: Path) -> None:
    await office.open(data_dir)


@connector.lookup("certificate")
async def certificate(request: LookupRequest) -> Found | Refused:
    """{"signer": {"id","name","title","agency","region"}} to {"certificates": [PEM leaf, issuer, root]}."""
    signing = office.opened()
    try:
        return Found({"certificates": await asyncio.to_thread(signing.certificates, request.input.get("signer"))})
    except SigningRefused as refused:
        return Refused(refused.code, TEXTS[refused.code])


@connector.task("sign")
async def sign(task: Task) -> Accepted | Rejected:
    """{"signer", "signed_attributes": b64 DER, "digest_algorithm": "sha256"} to what PAdES B-LT needs."""
    try:
        return Accepted(await office.opened().sign(str(task.id), dict(task.input)))
    except SigningRefused as refused:
        return Rejected([Reason(code=refused.code, text=TEXTS[refused.code])], {"detail": refused.detail})


async def _publish(authority: Authority) -> None:
    while True:
        await asyncio.to_thread(authority.publish_crls)
        await asyncio.sleep(CRL_EVERY_SECONDS)
