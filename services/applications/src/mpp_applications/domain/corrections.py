"""Was a correction answered? What was handed in the last time is compared with what is there now."""

from collections.abc import Collection

from mpp_applications.domain.answers import Answers, value_at
from mpp_applications.domain.definition import Offering
from mpp_applications.domain.events import CorrectionItem


def answered(offering: Offering, item: CorrectionItem, before: Answers, now: Answers, papers: Collection[str]) -> bool:
    """True if what the item points at has changed. `papers`: codes a file was attached for since it was asked."""
    if item.target.startswith("requirement:"):
        code = item.target.removeprefix("requirement:")
        requirement = offering.requirements.get(code)
        known = {code, *(paper.code for paper in requirement.papers)} if requirement else {code}
        return not known.isdisjoint(papers)
    if item.target == "":
        return bool(papers) or before != now
    return bool(value_at(before, item.target) != value_at(now, item.target))
