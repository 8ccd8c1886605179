"""Signing in as a synthetic person or officer: the demonstration only, where it is the point that nothing is proven."""

from collections.abc import Sequence

from mpp_runtime.errors import NotFound, Text

from mpp_identity.domain.accounts import Account
from mpp_identity.use_cases.administration import OfficerEntry, PersonEntry, demonstration_id
from mpp_identity.use_cases.ports import World


class DemoSignIn:
    """Made by `main` when the environment is "demo", and by nothing else."""

    def __init__(self, world: World, people: Sequence[PersonEntry], officers: Sequence[OfficerEntry]) -> None:
        self._world = world
        self.people = people
        self.officers = officers

    async def account(self, key: str) -> Account:
        async with self._world.store.read() as work:
            account = await work.accounts.get(demonstration_id(key))
        if account is None or not account.synthetic or not account.active:
            raise NotFound(
                "demo-account-unknown",
                Text("Akun demonstrasi ini tidak ada.", "There is no such demonstration account."),
            )
        return account
