"""Two people, one application, at the same moment: exactly one of them gets what only one can have."""

import asyncio
from collections import Counter
from uuid import UUID

from mpp_applications.domain.actors import Actor
from mpp_applications.main import UseCases
from mpp_applications.storage.store import StoredApplications
from mpp_applications.use_cases.desk_work import Decision
from mpp_applications.use_cases.drafting import NewApplication
from mpp_applications.use_cases.ports import Once
from mpp_runtime.errors import Conflict, Refusal, Stale

from tests.unit.applications.acting import Actors
from tests.unit.applications.fakes import World
from tests.unit.applications.samples import ANSWERS, REGION, SITI, VERIFIER


def told(outcome: object) -> str:
    return outcome.code if isinstance(outcome, Refusal) else type(outcome).__name__


async def test_fifty_requests_with_one_key_make_one_application(
    actors: Actors, cases: UseCases, store: StoredApplications
) -> None:
    new = NewApplication(REGION, "sip-perawat", ANSWERS)
    reply = actors.reply(SITI, Once("one-key", b"fingerprint"))
    answers = await asyncio.gather(*(cases.drafting.create(SITI, new, reply) for _ in range(50)))
    assert len({answer.body for answer in answers}) == 1
    assert len(await store.mine(SITI, 100, None)) == 1


async def test_of_twenty_officers_one_claims(actors: Actors, cases: UseCases, store: StoredApplications) -> None:
    id = await actors.submitted()
    task = await actors.task_of(VERIFIER, id)
    officers = [Actor("officer", f"officer-{number}", VERIFIER.desks) for number in range(20)]
    outcomes = await asyncio.gather(
        *(cases.desk_work.claim(officer, task, actors.reply(officer.id)) for officer in officers),
        return_exceptions=True,
    )
    assert Counter(map(told, outcomes)) == {"Answer": 1, "task-claimed": 19}
    assert [line.event for line in await store.history(id)].count("TaskClaimed") == 1


async def test_a_decision_against_a_withdrawal_leaves_one_of_them(actors: Actors, cases: UseCases) -> None:
    winners: Counter[str] = Counter()
    for _ in range(15):
        id = await actors.submitted()
        await cases.desk_work.claim(VERIFIER, await actors.task_of(VERIFIER, id), actors.reply(VERIFIER.id))
        seen = (await actors.state(id)).version
        decision, withdrawal = await asyncio.gather(
            cases.desk_work.act(VERIFIER, id, Decision("accept"), seen, actors.reply(VERIFIER.id)),
            cases.handing_in.withdraw(SITI, id, seen, actors.reply(SITI)),
            return_exceptions=True,
        )
        state = await actors.state(id)
        if isinstance(decision, Refusal):
            assert isinstance(decision, Stale)
            assert state.status == "WITHDRAWN"
            winners["applicant"] += 1
        else:
            assert isinstance(withdrawal, Stale)
            assert state.state == "registry-check"
            winners["officer"] += 1
    assert sum(winners.values()) == 15


async def test_a_correction_against_a_decision_on_the_older_version(actors: Actors, cases: UseCases) -> None:
    id = await actors.submitted()
    await cases.desk_work.claim(VERIFIER, await actors.task_of(VERIFIER, id), actors.reply(VERIFIER.id))
    seen = (await actors.state(id)).version
    reject = Decision("reject", reason="Tidak memenuhi")
    outcomes = await asyncio.gather(
        *(cases.desk_work.act(VERIFIER, id, decision, seen, actors.reply(VERIFIER.id))
          for decision in (reject, Decision("accept"), reject, Decision("accept"))),
        return_exceptions=True,
    )  # fmt: skip
    assert Counter(map(told, outcomes)) == {"Answer": 1, "version-stale": 3}


async def test_edits_of_two_windows_never_overwrite_each_other(actors: Actors, cases: UseCases) -> None:
    draft = await actors.draft()
    id, version = UUID(draft["id"]), draft["version"]
    outcomes = await asyncio.gather(
        *(
            cases.drafting.change_answers(
                SITI, id, {"practice": {"name": f"Klinik {number}"}}, version, actors.reply(SITI)
            )
            for number in range(10)
        ),
        return_exceptions=True,
    )
    assert Counter(map(told, outcomes)) == {"Answer": 1, "version-stale": 9}


async def test_two_submits_take_one_number(actors: Actors, cases: UseCases, store: StoredApplications) -> None:
    id = UUID((await actors.draft())["id"])
    for paper in ("photo", "identity-card", "place-letter"):
        await actors.attach(id, paper)
    outcomes = await asyncio.gather(
        *(cases.handing_in.submit(SITI, id, None, actors.reply(SITI)) for _ in range(5)), return_exceptions=True
    )
    assert Counter(map(told, outcomes)) == {"Answer": 1, "action-not-possible": 4}
    assert [line.event for line in await store.history(id)].count("ApplicationSubmitted") == 1


async def test_a_result_that_comes_eight_times_at_once_counts_once(
    actors: Actors, cases: UseCases, store: StoredApplications, world: World
) -> None:
    id = await actors.checking()
    task = (await actors.state(id)).agency_task.id
    sealed = world.sdmk.sealed(world.sdmk.result(task))
    receipts = await asyncio.gather(*(cases.results.receive("sdmk", sealed) for _ in range(8)))
    statuses = Counter(str(world.sdmk.read_receipt(receipt)["status"]) for receipt in receipts)
    assert statuses == {"recorded": 1, "repeated": 7}
    assert [line.event for line in await store.history(id)].count("AgencyTaskAnswered") == 1


async def test_a_result_against_a_withdrawal(actors: Actors, cases: UseCases, world: World) -> None:
    for _ in range(10):
        id = await actors.checking()
        task = (await actors.state(id)).agency_task.id
        sealed = world.sdmk.sealed(world.sdmk.result(task))
        receipt, withdrawn = await asyncio.gather(
            cases.results.receive("sdmk", sealed),
            cases.handing_in.withdraw(SITI, id, None, actors.reply(SITI)),
            return_exceptions=True,
        )
        assert isinstance(receipt, bytes)
        status = world.sdmk.read_receipt(receipt)["status"]
        assert not isinstance(withdrawn, Conflict), "withdrawing is possible before and after the answer"
        assert (await actors.state(id)).status == "WITHDRAWN"
        assert status in ("recorded", "refused")
