"""How often something may be tried. Counted per subject, before anything else is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from mpp_runtime.errors import Text, TooMany

from mpp_identity.use_cases.ports import World


@dataclass(frozen=True)
class Limit:
    """`hits` in `window`; `name` keeps the counters of different limits apart."""

    name: str
    hits: int
    window: timedelta


CODES_PER_CONTACT = Limit("codes-contact", 5, timedelta(minutes=15))
CODES_PER_CONTACT_AND_DAY = Limit("codes-contact-day", 20, timedelta(days=1))
CODES_PER_NIK = Limit("codes-nik", 5, timedelta(minutes=15))
ANSWERS_PER_ADDRESS = Limit("answers-address", 60, timedelta(minutes=15))
VERIFICATIONS_PER_PERSON = Limit("verifications-person", 5, timedelta(hours=1))


def codes_per_address(hits: int) -> Limit:
    """Many people may share one address: a village office, a mobile network."""
    return Limit("codes-address", hits, timedelta(minutes=15))


async def check(world: World, subjects: Mapping[Limit, str]) -> None:
    """Counts one for each subject. Raises TooMany with the seconds to wait. In a transaction of its own: a refusal that
    follows must not take the count back."""
    now, wait = world.now(), 0
    async with world.store.transaction() as work:
        for limit, subject in sorted(subjects.items(), key=lambda item: item[0].name):
            hits, seconds = await work.limits.hit(world.hashes.of("limit", limit.name, subject), limit.window, now)
            if hits > limit.hits:
                wait = max(wait, seconds)
    if wait:
        minutes = -(-wait // 60)
        raise TooMany(
            "too-many-attempts",
            Text(
                f"Terlalu banyak percobaan. Coba lagi dalam {minutes} menit.",
                f"Too many attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}.",
            ),
            retry_after=wait,
        )
