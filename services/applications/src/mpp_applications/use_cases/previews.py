"""What a decision would make: the document as it will look and what it will say, before anybody signs it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mpp_runtime.errors import NotFound, Text

from mpp_applications.domain.actors import Actor, Desk
from mpp_applications.domain.application import Application
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import DocumentFacts, DocumentRequest, Signer
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.agency_ports import DocumentWork
from mpp_applications.use_cases.offerings import Offerings
from mpp_applications.use_cases.ports import Clock, Head, Identity, Store

# Somebody looks who may not sign: the document will name who does.
_NOT_YET_NAMED = "…"


class Previews:
    def __init__(
        self, store: Store, access: Access, offerings: Offerings, identity: Identity, documents: DocumentWork,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._store = store
        self._access = access
        self._offerings = offerings
        self._identity = identity
        self._documents = documents
        self._clock = clock

    async def facts(self, officer: Actor, id: UUID, output: str) -> DocumentFacts:
        """Nothing of the person is read. Raises NotFound for an output the public service does not make."""
        _, application, spec = await self._found(officer, id, output)
        return self._documents.facts(await self._request(officer, application, spec, {}))

    async def picture(self, officer: Actor, id: UUID, output: str) -> bytes:
        """An SVG picture. The reading is in the person's access log before the answer."""
        head, application, spec = await self._found(officer, id, output)
        fields = tuple(spec.get("particulars") or ("name",))
        particulars = await self._access.log_reading(officer, head, "review:preview", fields)
        request = await self._request(officer, application, spec, {name: str(particulars[name]) for name in fields})
        return await self._documents.picture(request)

    async def _found(self, officer: Actor, id: UUID, output: str) -> tuple[Head, Application, Mapping[str, Any]]:
        head = await self._access.as_officer(officer, id)
        offering = await self._offerings.get(head.digest)
        spec = next((each for each in offering.definition.get("outputs") or () if each["code"] == output), None)
        if spec is None:
            raise NotFound("output-unknown", Text("Dokumen tidak ditemukan.", "There is no such document."))
        return head, await self._store.read(id, offering), spec

    async def _request(
        self, officer: Actor, application: Application, spec: Mapping[str, Any], particulars: Mapping[str, str]
    ) -> DocumentRequest:
        offering = application.offering
        return DocumentRequest(
            task=application.id,
            application=application.id,
            application_number=application.number or "",
            output=spec["code"],
            offering=offering.body,
            digest=offering.digest,
            answers=application.answers,
            particulars=particulars,
            signer=await self._signer(officer, offering, spec["signer_desk"]),
            sequence=0,
            decided_at=self._clock().astimezone(ZoneInfo(str(offering.body["mall"]["time_zone"]))),
        )

    async def _signer(self, officer: Actor, offering: Offering, desk: Mapping[str, str]) -> Signer:
        """The officer who looks, when the definition lets this desk sign."""
        signing = Desk(desk["role"], desk["agency"], offering.region)
        found = await self._identity.officers(signing) if signing in officer.desks else ()
        facts = next((each for each in found if each.id == officer.id), None)
        name, title = (facts.name, facts.title) if facts else (_NOT_YET_NAMED, _NOT_YET_NAMED)
        return Signer(officer.id, name, title, signing.agency, signing.region)
