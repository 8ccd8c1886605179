"""What a person does with their messages: read them, and choose how to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mpp_runtime.errors import NotFound, Stale, Text

from mpp_notifications.domain.languages import Language
from mpp_notifications.domain.messages import InboxEntry
from mpp_notifications.domain.preferences import Preferences
from mpp_notifications.use_cases.ports import Clock, Store


@dataclass(frozen=True)
class OwnInbox:
    """A person's inbox; nobody reads another's."""

    store: Store
    clock: Clock

    async def list(
        self, person: UUID, *, unread_only: bool, after: tuple[datetime, UUID] | None, limit: int
    ) -> tuple[Sequence[InboxEntry], int]:
        """Entries, newest first, and how many are unread in all."""
        async with self.store.read() as unit:
            entries = await unit.inbox.list(person, unread_only=unread_only, after=after, limit=limit)
            return entries, await unit.inbox.unread(person)

    async def mark_read(self, person: UUID, entry: UUID) -> InboxEntry:
        """The entry, read; the first reading counts.

        Raises:
            NotFound: there is none, or it is someone else's.
        """
        async with self.store.transaction() as unit:
            found = await unit.inbox.mark_read(person, entry, self.clock.now())
        if found is None:
            raise NotFound("message-not-found", Text(id="Pesan ini tidak ada.", en="There is no such message."))
        return found


@dataclass(frozen=True)
class OwnPreferences:
    """A person's choice of language and e-mail."""

    store: Store

    async def get(self, person: UUID) -> Preferences:
        """The present choice; the defaults while nothing was chosen."""
        async with self.store.read() as unit:
            return await unit.preferences.get(person)

    async def put(self, person: UUID, *, email: bool, language: Language | None, expected: int) -> Preferences:
        """The new choice.

        Raises:
            Stale: it was changed meanwhile.
        """
        async with self.store.transaction() as unit:
            kept = await unit.preferences.put(person, Preferences(email=email, language=language), expected=expected)
        if kept is None:
            raise Stale(
                "preferences-changed",
                Text(id="Pilihan Anda sudah diubah di tempat lain.", en="Your choice was changed somewhere else."),
            )
        return kept
