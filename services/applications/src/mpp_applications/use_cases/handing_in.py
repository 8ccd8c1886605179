"""The applicant's guarded verbs: submit, submit again, withdraw."""

from uuid import UUID

from mpp_applications.domain.actors import applicant
from mpp_applications.domain.application import Application
from mpp_applications.domain.status import Status
from mpp_applications.use_cases.access import Access
from mpp_applications.use_cases.changing import Changing
from mpp_applications.use_cases.drafting import Drafting, new_secret
from mpp_applications.use_cases.ports import Answer
from mpp_applications.use_cases.views import Reply, check_now


class HandingIn:
    def __init__(self, changing: Changing, access: Access, drafting: Drafting) -> None:
        self._changing = changing
        self._access = access
        self._drafting = drafting

    async def submit(self, person: str, id: UUID, expected_version: int | None, reply: Reply) -> Answer:
        """Hands in a draft or the corrections. Raises Invalid with every error, Conflict in any other state."""
        head = await self._access.as_applicant(person, id, "apply")
        offering = await self._changing.offerings.get(head.digest)
        moment = await self._changing.moment(head.mall)
        before = await self._changing.store.read(id, offering)
        number = before.number
        if before.status is Status.DRAFT:
            # Refused before a number is taken; the guard inside the transaction is the one that counts.
            check_now(before, moment.now).require_complete()
            number = await self._drafting.take_number(offering, moment.now)

        def apply(application: Application) -> None:
            checked = check_now(application, moment.now)
            if application.status is Status.DRAFT and number is not None:
                application.submit(checked, moment, number, new_secret())
            else:
                application.resubmit(checked, moment)

        return await self._changing.change(head, applicant(head.owner), expected_version, apply, reply)

    async def withdraw(self, person: str, id: UUID, expected_version: int | None, reply: Reply) -> Answer:
        head = await self._access.as_applicant(person, id, "withdraw")
        moment = await self._changing.moment(head.mall)
        return await self._changing.change(
            head, applicant(head.owner), expected_version, lambda application: application.withdraw(moment), reply
        )
