"""Everything that can be reached by following links is there, sound, light and usable: for nobody, for a citizen with
files in every state, and for the officers who have them."""

import pytest
from mpp_testing.browser.visitor import DESKTOP, PHONE
from mpp_testing.malls import RunningMall

from tests.browser import files, people
from tests.browser.conftest import SEEN, Look, Visit
from tests.browser.crawler import Crawl

pytestmark = pytest.mark.timeout(600)


def test_whatever_nobody_in_particular_can_reach(visit: Visit, look: Look, of_a_kind: int) -> None:
    crawl = Crawl(visit(language=look.language, dark=look.dark), look.language, of_a_kind=of_a_kind)
    crawl.run("/")
    assert not crawl.faults, "\n".join(crawl.faults)
    assert len(crawl.pages) > 20


@pytest.fixture(scope="module")
def states(running_mall: RunningMall, chosen_states: list[str]) -> dict[str, str]:
    return files.in_states(running_mall, chosen_states)


def test_whatever_a_citizen_can_reach(
    visit: Visit, signed_in_look: Look, running_mall: RunningMall, states: dict[str, str], of_a_kind: int
) -> None:
    look = signed_in_look
    siti = visit(language=look.language, dark=look.dark, size=PHONE)
    people.sign_in(siti, files.NURSE)
    # Everybody's pages are nobody's too.
    within = ("/applications", "/apply", "/inbox", "/me")
    crawl = Crawl(siti, look.language, of_a_kind=of_a_kind, within=within)
    with running_mall.without("sdmk"):
        waiting = files.waiting_for_an_agency(running_mall)
        draft = f"/applications/{states['draft']}"
        crawl.run(
            "/applications",
            *(f"/applications/{application}" for application in [*states.values(), waiting]),
            *(f"{draft}/{page}" for page in ("form/1", "form/2", "form/3", "papers", "review", "withdraw")),
            *(f"/applications/{states['returned']}/corrections/{number}" for number in (1, 2)),
        )
    assert not crawl.faults, "\n".join(crawl.faults)
    assert len(crawl.pages) > 30


def test_whatever_an_officer_can_reach(
    visit: Visit,
    signed_in_look: Look,
    states: dict[str, str],
    chosen_states: list[str],
    account: str,
    of_a_kind: int,
) -> None:
    look = signed_in_look
    officer = visit(language=look.language, dark=look.dark, size=DESKTOP)
    people.sign_in(officer, account, "/office")
    own = [f"/office/applications/{states[name]}" for name in SEEN[account] or chosen_states]
    crawl = Crawl(officer, look.language, of_a_kind=of_a_kind, within=("/office",))
    crawl.run("/office", *own)
    assert not crawl.faults, "\n".join(crawl.faults)
    assert len(crawl.pages) > len(own)
