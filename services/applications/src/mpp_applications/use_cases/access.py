"""Who may see an application. Strangers get the same answer as for one that does not exist."""

from uuid import UUID

from mpp_applications.domain import refusals
from mpp_applications.domain.actors import Actor
from mpp_applications.use_cases.ports import Head, Identity, Store


class Access:
    def __init__(self, store: Store, identity: Identity) -> None:
        self._store = store
        self._identity = identity

    async def as_applicant(self, person: str, application: UUID, act: str) -> Head:
        """The owner, or the proxy while the mandate for `act` ("apply", "read", "withdraw") holds. Raises NotFound."""
        head = await self._store.head(application)
        if head is None or person not in (head.owner, head.proxy):
            raise refusals.not_found()
        if person != head.owner and not await self._identity.may_act(person, head.owner, act, head.service):
            raise refusals.not_found()
        return head

    async def as_officer(self, officer: Actor, application: UUID) -> Head:
        """An officer of a desk the application is at or was at. Raises NotFound."""
        head = await self._store.head(application)
        if head is None or not await self._store.seen_by(application, officer.desks):
            raise refusals.not_found()
        return head

    async def as_reader(self, actor: Actor, application: UUID) -> Head:
        if actor.kind == "officer":
            return await self.as_officer(actor, application)
        return await self.as_applicant(actor.id, application, "read")

    async def log_reading(self, officer: Actor, head: Head, purpose: str, fields: tuple[str, ...]) -> dict[str, object]:
        """An officer reads: the particulars asked for, and the line the person finds in the access log.

        Raises TryLater while identity is away: without the line there is no reading.
        """
        found = await self._identity.particulars(
            head.owner, fields, purpose=purpose, application=head.id, reader=f"officer:{officer.id}"
        )
        return dict(found)
