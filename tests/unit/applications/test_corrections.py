"""Was a correction answered? Each kind of thing an officer may point at."""

import pytest
from mpp_applications.domain.corrections import answered
from mpp_applications.domain.events import CorrectionItem
from mpp_runtime.errors import Text

from tests.unit.applications.samples import ANSWERS, offering

NOTE = Text("Perbaiki", "Mend this")
OTHER = {**ANSWERS, "practice": {**ANSWERS["practice"], "name": "Rumah Sakit Umum Daerah Contoh"}}
PERMIT, BIRTH, FAMILY = offering(), offering("akta-kelahiran"), offering("kartu-keluarga")


@pytest.mark.parametrize(
    ("target", "now", "papers", "expected"),
    [
        ("/practice/name", ANSWERS, set(), False),
        ("/practice/name", OTHER, set(), True),
        ("/practice/name", {}, set(), True),
        ("/practice/address", OTHER, {"photo"}, False),
        ("requirement:photo", OTHER, set(), False),
        ("requirement:photo", ANSWERS, {"identity-card"}, False),
        ("requirement:photo", ANSWERS, {"photo"}, True),
        ("", ANSWERS, set(), False),
        ("", OTHER, set(), True),
        ("", ANSWERS, {"photo"}, True),
    ],
)
def test_an_item_is_answered_by_a_change_of_what_it_points_at(
    target: str, now: dict[str, object], papers: set[str], expected: bool
) -> None:
    assert answered(PERMIT, CorrectionItem(target, NOTE), ANSWERS, now, papers) is expected


def test_any_alternative_answers_for_its_group() -> None:
    item = CorrectionItem("requirement:birth-proof", NOTE)
    assert answered(BIRTH, item, {}, {}, {"birth-statement"})
    assert not answered(BIRTH, item, {}, {}, {"family-card"})


def test_an_item_may_name_one_field_of_one_entry() -> None:
    before = {"members": [{"name": "Budi Santoso"}, {"name": "Siti", "nik": "1"}]}
    now = {"members": [{"name": "Budi Santoso"}, {"name": "Siti Rahmawati", "nik": "1"}]}
    answers = {
        target: answered(FAMILY, CorrectionItem(target, NOTE), before, now, set())
        for target in ("/members", "/members/1", *(f"/members/{at}" for at in ("0/name", "1/name", "1/nik", "2/name")))
    }
    assert answers == {
        "/members/1/name": True, "/members/1": True, "/members": True,
        "/members/1/nik": False, "/members/0/name": False, "/members/2/name": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("/members", Text("Anggota keluarga", "Members of the family")),
        ("/members/0", Text("Anggota 1", "Member 1")),
        ("/members/1/name", Text("Anggota 2: Nama lengkap", "Member 2: Full name")),
        ("/members/19/nik", Text("Anggota 20: NIK", "Member 20: NIK")),
        ("/members/20/nik", None), ("/members/-1/nik", None), ("/members/01/nik", None), ("/members/x/nik", None),
        ("/members/²/nik", None), ("/members/1/age", None), ("/members/name", None), ("/members/", None),
    ],
)  # fmt: skip
def test_an_item_is_called_after_entry_and_field(target: str, label: Text | None) -> None:
    assert FAMILY.target_label(target) == label
