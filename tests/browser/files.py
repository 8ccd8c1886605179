"""One nurse's files in each state, and a draft of a definition, made through the public API for pages to show."""

from collections.abc import Callable, Iterable
from pathlib import Path

from mpp_cli.demo.client import Visitor
from mpp_cli.demo.story import ANSWERS, FILES, MALL, SERVICE, Filing, Mall
from mpp_testing.malls import RunningMall

NURSE = "siti"
DRAFTS = "/api/catalog/v1/drafts"
TYPED = {"licence": {"number": "STR-PRW-0331-2201", "lifetime": True, "credits_sufficient": True}}
REASON = "Tempat praktik di luar wilayah kabupaten (demonstrasi)."
RETURNED = [
    {"target": "/practice/address", "note": "Alamat disingkat; tulis lengkap."},
    {"target": "requirement:photo", "note": "Latar foto harus merah."},
]


def handed_in(mall: RunningMall) -> Filing:
    """With all its papers, at the licensing office; nobody has it yet."""
    filing = _of(mall)
    filing.draft(ANSWERS | TYPED)
    filing.submit()
    return filing


def begun(mall: RunningMall) -> Filing:
    """A draft without an answer."""
    filing = _of(mall)
    made = filing.nurse.post(f"{FILES}/applications", {"mall": MALL, "service": SERVICE, "answers": {}})
    filing.path = f"{FILES}/applications/{made['id']}"
    return filing


def identifier(filing: Filing) -> str:
    """The file's id, as addresses of pages have it."""
    return filing.path.rsplit("/", 1)[1]


def claim(mall: RunningMall, filing: Filing, officer: str) -> None:
    """An officer takes the file and has not decided yet."""
    person = Visitor(mall.url).sign_in(officer)
    task = next(
        one for one in person.get(f"{FILES}/tasks", limit=100)["items"] if one["application"] == identifier(filing)
    )
    person.post(f"{FILES}/tasks/{task['id']}:claim")


def _returned(mall: RunningMall, filing: Filing) -> None:
    filing.decide("joko", "return", items=RETURNED)
    filing.reaches("correction")


def _rejected(mall: RunningMall, filing: Filing) -> None:
    filing.decide("rina", "reject", reason=REASON)
    filing.reaches("rejected")


def _withdrawn(mall: RunningMall, filing: Filing) -> None:
    filing.nurse.post(f"{filing.path}:withdraw", version=filing.view()["version"])


def _recommended(mall: RunningMall, filing: Filing) -> None:
    filing.decide("rina", "accept")
    filing.reaches("recommendation")


def _to_be_signed(mall: RunningMall, filing: Filing) -> None:
    _recommended(mall, filing)
    filing.decide("maya", "recommend")
    filing.reaches("signature")
    claim(mall, filing, "hendra")


def _issued(mall: RunningMall, filing: Filing) -> None:
    _recommended(mall, filing)
    filing.decide("maya", "recommend")
    filing.decide("hendra", "sign")
    filing.reaches("issued")


STATES: dict[str, Callable[[RunningMall, Filing], None]] = {
    "waiting": lambda mall, filing: None,
    "claimed": lambda mall, filing: claim(mall, filing, "rina"),
    "claimed by a colleague": lambda mall, filing: claim(mall, filing, "joko"),
    "returned": _returned,
    "rejected": _rejected,
    "withdrawn": _withdrawn,
    "recommended": _recommended,
    "to be signed": _to_be_signed,
    "issued": _issued,
}


def in_states(mall: RunningMall, names: Iterable[str]) -> dict[str, str]:
    """The id of one file in each of these states, and of a draft, by its name."""
    made = {"draft": identifier(begun(mall))}
    for name in names:
        take = STATES[name]
        filing = handed_in(mall)
        take(mall, filing)
        made[name] = identifier(filing)
    return made


def waiting_for_an_agency(mall: RunningMall) -> str:
    """The id of a file that waits for the registry, which has to be stopped."""
    filing = handed_in(mall)
    filing.decide("rina", "accept")
    filing.reaches("registry-check")
    return identifier(filing)


def drafted(mall: RunningMall) -> str:
    """The id of a draft of a next version of her public service, in which a name and a duration differ."""
    operator = Visitor(mall.url).sign_in("operator")
    draft = operator.post(DRAFTS, {"service": SERVICE})
    document = draft["document"]
    document["name"]["id"] += " (baru)"
    document["standard"]["duration"]["working_days"] -= 1
    held = {"If-Match": f'"{draft["revision"]}"'}
    operator.http.put(f"{DRAFTS}/{draft['id']}", json={"document": document}, headers=held).raise_for_status()
    return str(draft["id"])


def _of(mall: RunningMall) -> Filing:
    def nothing(*_: object) -> None: ...

    return Filing(Mall(mall.url, nothing, nothing, nothing, Path(mall.folder)), NURSE)
