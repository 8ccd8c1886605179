"""Reading: the file, one's applications, the timeline, documents, tracking without an account."""

import hmac
import re
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mpp_runtime.errors import NotFound, Text

from mpp_applications.domain.actors import Actor, applicant
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedDocument
from mpp_applications.domain.status import Status
from mpp_applications.domain.timeline import Reader, TimelineLine, WaitingFor, timeline, waiting_for
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.agency_ports import DocumentWork
from mpp_applications.use_cases.offerings import Offerings
from mpp_applications.use_cases.ports import Catalog, Clock, Store
from mpp_applications.use_cases.views import View, quote, view

NUMBER = re.compile(r"[0-9.]{1,20}-[A-Z0-9]{1,20}-[0-9]{4}-[0-9]{1,12}")
REVIEWED_FIELDS = ("name", "nik", "birth_date", "birth_place", "address", "nik_verified")


@dataclass(frozen=True)
class Followed:
    """An application as the timeline and tracking show it."""

    application: Application
    waiting: WaitingFor | None
    lines: Sequence[TimelineLine]
    now: datetime


def masked_nik(nik: str) -> str:
    """Region part and last two digits: enough to compare with a paper, not enough to use."""
    return f"{nik[:6]}{'*' * max(len(nik) - 8, 0)}{nik[-2:]}" if len(nik) > 8 else "*" * len(nik)


class Reading:
    def __init__(
        self,
        store: Store,
        access: Access,
        offerings: Offerings,
        catalog: Catalog,
        documents: DocumentWork,
        clock: Clock,
    ) -> None:
        self._store = store
        self._access = access
        self._offerings = offerings
        self._catalog = catalog
        self._documents = documents
        self._clock = clock

    async def file(self, actor: Actor, id: UUID) -> View:
        """The whole file. An officer's reading is in the person's access log before the answer."""
        head = await self._access.as_reader(actor, id)
        offering = await self._offerings.get(head.digest)
        particulars = None
        if actor.kind == "officer":
            particulars = await self._access.log_reading(actor, head, "review", REVIEWED_FIELDS)
            particulars["nik"] = masked_nik(str(particulars.get("nik", "")))
        application = await self._store.read(id, offering)
        reader = actor if actor.kind == "officer" else applicant(head.owner)
        fees = await quote(self._catalog, application) if application.editable else None
        return await view(application, reader, self._store, self._clock(), fees=fees, particulars=particulars)

    async def offering(self, actor: Actor, id: UUID) -> Offering:
        """The offering the application is pinned to: nothing of the person is in it."""
        head = await self._access.as_reader(actor, id)
        return await self._offerings.get(head.digest)

    async def mine(
        self, person: str, limit: int, before: UUID | None, statuses: Collection[Status] = ()
    ) -> list[Application]:
        """Newest first; only those of `statuses` if any are named."""
        heads = await self._store.mine(person, limit, before, statuses)
        return list(await self._store.read_all({head.id: await self._offerings.get(head.digest) for head in heads}))

    async def numbered(self, actor: Actor, number: str) -> list[Application]:
        """The application of a number, however it is spaced, if it is the person's own or one of the officer's desks
        has it or had it. To an officer only where it stands may be shown: nothing of the person is read.
        """
        written = "".join(number.split()).upper()
        if not NUMBER.fullmatch(written):
            return []
        if actor.kind == "officer":
            head = await self._store.find_numbered(written, actor.desks)
        else:
            head = await self._store.head_by_number(written)
            head = head if head and actor.id in (head.owner, head.proxy) else None
        return [await self._store.read(head.id, await self._offerings.get(head.digest))] if head else []

    async def timeline(self, actor: Actor, id: UUID) -> Followed:
        head = await self._access.as_reader(actor, id)
        if actor.kind == "officer":
            await self._access.log_reading(actor, head, "review:timeline", ("name",))
        return await self._follow(id, head.digest, "officer" if actor.kind == "officer" else "applicant")

    async def track(self, number: str, secret: str) -> Followed:
        """With number and secret, for anyone who has both. A wrong one of either is the same NotFound."""
        head = await self._store.head_by_number(number) if NUMBER.fullmatch(number) else None
        # Compared even when there is no such number, so that the time tells nothing.
        expected = (head.secret if head and head.secret else "-" * 19).encode()
        given = secret.strip().upper().encode("utf-8", "replace")
        if not hmac.compare_digest(expected, given) or head is None or head.secret is None:
            raise NotFound(
                "tracking-unknown",
                Text("Nomor atau kode pelacakan tidak cocok.", "Number or tracking code do not match."),
            )
        return await self._follow(head.id, head.digest, "public")

    async def _follow(self, id: UUID, digest: str, reader: Reader) -> Followed:
        offering = await self._offerings.get(digest)
        application = await self._store.read(id, offering)
        history = await self._store.history(id)
        lines = timeline(offering, history, reader)
        return Followed(application, waiting_for(application), lines, self._clock())

    async def documents(self, actor: Actor, id: UUID) -> Sequence[IssuedDocument]:
        await self._access.as_reader(actor, id)
        return await self._store.documents(id)

    async def document_file(
        self, actor: Actor, id: UUID, document: UUID
    ) -> tuple[IssuedDocument, AsyncIterator[bytes]]:
        head = await self._access.as_reader(actor, id)
        found = await self._store.document(id, document)
        if found is None:
            raise NotFound("document-unknown", Text("Dokumen tidak ditemukan.", "There is no such document."))
        if actor.kind == "officer":
            await self._access.log_reading(actor, head, "review:document", ("name",))
        return found, await self._documents.open(found.storage_key)
