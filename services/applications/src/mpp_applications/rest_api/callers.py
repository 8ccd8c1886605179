"""Callers as actors, and the headers that say which version and which request is meant."""

import re
from typing import Annotated

from fastapi import Depends, Header
from mpp_runtime.rest import Fingerprint, IfMatch, checked_key
from mpp_runtime.tokens import Caller

from mpp_applications.domain.actors import Actor, Desk, applicant
from mpp_applications.use_cases.ports import Once

_TAG = re.compile(r'^(?:W/)?"(\d{1,9})"$')
_NEVER = -1


def actor_of(caller: Caller) -> Actor:
    """A person is an applicant; an officer sits at the desks of the roles that name agency and region."""
    if caller.kind == "officer":
        desks = frozenset(
            Desk(role.role, role.agency, role.region) for role in caller.roles if role.agency and role.region
        )
        return Actor("officer", caller.id, desks)
    return applicant(caller.id)


async def expected_version(
    if_match: Annotated[str | None, Header(description="ETag of the version you have seen")] = None,
) -> int | None:
    """The version an optional If-Match names; None for none or `*`. A tag that is no version of ours never matches."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.match(if_match.strip())
    return int(found[1]) if found else _NEVER


async def seen_version(if_match: IfMatch) -> int | None:
    """Like `expected_version`, for what must not be decided blindly: the header is needed."""
    return await expected_version(if_match)


async def once(
    fingerprint: Fingerprint,
    idempotency_key: Annotated[
        str | None, Header(description="A repeat with the same key gets the first answer")
    ] = None,
) -> Once | None:
    """The optional Idempotency-Key of a guarded verb. The request's body is part of the fingerprint."""
    return once_of(idempotency_key, fingerprint)


def once_of(key: str | None, fingerprint: bytes) -> Once | None:
    if key is None:
        return None
    return Once(checked_key(key), fingerprint)


ExpectedVersion = Annotated[int | None, Depends(expected_version)]
SeenVersion = Annotated[int | None, Depends(seen_version)]
OptionalOnce = Annotated[Once | None, Depends(once)]
