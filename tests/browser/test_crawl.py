"""Everything that can be reached by following links is there, sound, light and usable."""

import pytest

from tests.browser.conftest import Look, Visit
from tests.browser.crawler import Crawl

pytestmark = pytest.mark.timeout(400)


def test_whatever_nobody_in_particular_can_reach(visit: Visit, look: Look) -> None:
    visitor = visit(language=look.language, dark=look.dark)
    crawl = Crawl(visitor, look.language)
    crawl.run("/")
    assert not crawl.faults, "\n".join(crawl.faults)
    assert len(crawl.pages) > 20
