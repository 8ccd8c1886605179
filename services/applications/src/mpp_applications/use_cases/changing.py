"""One change to one application: loaded, guarded, changed and stored in one transaction, answered once."""

from collections.abc import Callable
from datetime import datetime

from mpp_applications.domain.actors import Actor
from mpp_applications.domain.application import Application, Moment
from mpp_applications.use_cases.offerings import Calendars, Offerings
from mpp_applications.use_cases.ports import Answer, Clock, Head, NewId, Store, once_key
from mpp_applications.use_cases.views import Reply, view


class Changing:
    """What every verb needs."""

    def __init__(self, store: Store, offerings: Offerings, calendars: Calendars, clock: Clock, new_id: NewId) -> None:
        self.store = store
        self.offerings = offerings
        self._calendars = calendars
        self.clock = clock
        self.new_id = new_id

    def now(self) -> datetime:
        return self.clock()

    async def moment(self, mall: str) -> Moment:
        """Now, by the mall's calendar. Raises TryLater without a calendar."""
        return Moment(self.clock(), await self._calendars.current(mall), self.new_id)

    async def change(
        self,
        head: Head,
        actor: Actor,
        expected_version: int | None,
        apply: Callable[[Application], None],
        reply: Reply,
    ) -> Answer:
        """Raises what `apply` raises, Stale if the version is another, NotFound if it is gone."""
        offering = await self.offerings.get(head.digest)
        keys = [str(head.id)]
        if reply.once:
            keys.append(once_key(actor.id, reply.once.key))
        async with self.store.unit(*keys) as unit:
            if reply.once and (answer := await unit.repeated(actor.id, reply.once)):
                return answer
            application = await unit.load(head.id, offering)
            application.check_version(expected_version)
            apply(application)
            await unit.save(application)
            answer = reply.render(await view(application, actor, unit, self.clock()))
            if reply.once:
                await unit.remember(actor.id, reply.once, answer)
        return answer
