"""The stories: each takes a nurse's application through the public API and fails at the first step not as told."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpp_cli.demo.client import Visitor
from mpp_cli.demo.papers import picture
from mpp_cli.errors import CommandError

MALL = "33.14"
SERVICE = "sip-perawat"
FILES = "/api/applications/v1"
WAIT_SECONDS = 90.0

Say = Callable[[str, float, str], None]
ANSWERS = {
    "sub_type": "new",
    "practice": {
        "kind": "facility",
        "ordinal": 1,
        "name": "Klinik Sehat Demonstrasi",
        "address": "Jalan Demonstrasi Nomor 1, Kabupaten Sragen",
    },
    "declaration": True,
}


@dataclass
class Mall:
    """Where the stories play, how one process of it is stopped and started, and where received documents are kept."""

    url: str
    say: Say
    stop: Callable[[str], None]
    start: Callable[[str], None]
    documents: Path

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Times a step; notes appended to the list are said with it."""
        notes: list[str] = []
        begun = time.monotonic()
        try:
            yield notes
        except CommandError as error:
            raise CommandError(f"{what}: {error.what}", hint=error.hint) from error
        self.say(what, time.monotonic() - begun, "; ".join(notes))


def expect(condition: bool, otherwise: str) -> None:
    """A step is only done when what it promised holds."""
    if not condition:
        raise CommandError(otherwise)


def wait_for(what: str, ready: Callable[[], Any]) -> Any:
    """Ask again until there is an answer; the mall moves by itself."""
    end = time.monotonic() + WAIT_SECONDS
    while not (found := ready()):
        if time.monotonic() > end:
            raise CommandError(
                f"{what} did not happen within {WAIT_SECONDS:.0f} s.", hint="Look at: mpp status, mpp logs applications"
            )
        time.sleep(0.3)
    return found


class Filing:
    """One application of one nurse, and what people do with it."""

    def __init__(self, mall: Mall, account: str) -> None:
        self.mall = mall
        self.nurse = Visitor(mall.url).sign_in(account)
        self.path = ""

    def view(self) -> Any:
        """The applicant's view of the file."""
        return self.nurse.get(self.path)

    def draft(self, answers: dict[str, Any]) -> Any:
        """A new draft, prefilled from the registry, completed and with its papers."""
        drafted = self.nurse.post(f"{FILES}/applications", {"mall": MALL, "service": SERVICE, "answers": {}})
        self.path = f"{FILES}/applications/{drafted['id']}"
        filled = self.nurse.post(f"{self.path}:prefill")
        self.nurse.patch(self.path, {"answers": answers}, version=self.view()["version"])
        for requirement in ("photo", "identity-card", "place-letter"):
            self.nurse.upload(f"{self.path}/attachments", requirement, f"{requirement}.png", picture())
        return filled

    def submit(self) -> Any:
        """Hand it in."""
        self.nurse.post(f"{self.path}:submit", version=self.view()["version"])
        return self.view()

    def decide(self, account: str, action: str, **more: Any) -> None:
        """An officer finds the file in the inbox of the desk, claims it and acts."""
        officer = Visitor(self.mall.url).sign_in(account)
        file_id = self.path.rsplit("/", 1)[1]

        def mine() -> Any:
            cursor = None
            while True:
                page = officer.get(f"{FILES}/tasks", limit=100, **({"cursor": cursor} if cursor else {}))
                found = [task for task in page["items"] if file_id in str(task)]
                if found or not page["next_cursor"]:
                    return found
                cursor = page["next_cursor"]

        task = wait_for(f"the file in {account}'s inbox", mine)[0]
        officer.post(f"{FILES}/tasks/{task['id']}:claim")
        version = officer.get(self.path)["version"]
        officer.post(f"{self.path}:act", {"action": action, **more}, version=version)

    def reaches(self, state: str) -> Any:
        """Wait until the file is there."""
        return wait_for(f"state {state}", lambda: view if (view := self.view())["state"] == state else None)


def issue(mall: Mall) -> None:
    """From the catalogue to a signed permit that anyone can check."""
    anyone = Visitor(mall.url)
    with mall.step("find the public service in the catalogue") as notes:
        found = anyone.get("/api/catalog/v1/offerings", mall=MALL, q="izin perawat")
        codes = [item["service"] for item in found["items"]]
        expect(SERVICE in codes, f"the search found {codes}, not {SERVICE}")
        offering = anyone.get(f"/api/catalog/v1/offerings/{MALL}/{SERVICE}")
        notes.append(f"version {offering['version']}")
    with mall.step("sign in as Siti (synthetic) by OpenID Connect"):
        filing = Filing(mall, "siti")
    with mall.step("draft, filled from the health-worker registry, with papers") as notes:
        filing.draft(ANSWERS)
        number = filing.view()["answers"]["licence"]["number"]
        notes.append(f"registration {number} came from the registry")
    with mall.step("submit") as notes:
        view = filing.submit()
        track = {"number": view["number"], "secret": view["tracking_secret"]}
        notes.append(f"{view['number']}, promised {view['promised_date']}")
        notes.append(f"{mall.url}/track?number={view['number']} code {view['tracking_secret']}")
    with mall.step("track without an account") as notes:
        seen = anyone.get(f"{FILES}/track/{track['number']}", secret=track["secret"])
        notes.append(seen["application"]["state_label"]["en"])
    with mall.step("licensing office: complete"):
        filing.decide("rina", "accept")
    with mall.step("the registry's connector checks the licence"):
        filing.reaches("recommendation")
    with mall.step("health office: recommend"):
        filing.decide("maya", "recommend")
    with mall.step("head of the licensing office: approve and sign"):
        filing.decide("hendra", "sign")
    with mall.step("rendered, signed by the signing agency, issued"):
        filing.reaches("issued")
    with mall.step("download the permit") as notes:
        document = filing.nurse.get(f"{filing.path}/documents")["items"][0]
        file_url = f"{filing.path}/documents/{document['id']}/file"
        pdf = Visitor.checked(filing.nurse.http.get(file_url)).content
        expect(pdf.startswith(b"%PDF-"), "the document is not a PDF")
        kept = mall.documents / f"{document['number'].replace('/', '-')}.pdf"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pdf)
        notes.append(f"{document['number']}, {len(pdf):,} bytes: {kept}")
    with mall.step("verify by its code, as an employer would") as notes:
        code = document["verification_code"]
        checked = anyone.get(f"{FILES}/verifications/{code}")
        expect(checked["status"] == "valid", f"the code is not valid: {checked}")
        notes.append(f"{mall.url}/verify/{code}")
    with mall.step("verify by uploading the file: genuine"):
        expect(uploaded(anyone, pdf)["genuine"] is True, "the issued file was called not genuine")
    with mall.step("one flipped byte: not genuine"):
        middle = len(pdf) // 2
        forged = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
        expect(uploaded(anyone, forged)["genuine"] is False, "a changed file was called genuine")
    told(mall, filing, view["number"])
    with mall.step("she sees who read her particulars") as notes:
        reads = filing.nurse.get("/api/identity/v1/me/access-log", limit=100)["items"]
        readers = {line["who"] for line in reads if line["application"] == view["id"]}
        expect(any("Rina" in reader for reader in readers), f"the officer's reading is not in her log: {readers}")
        notes.append(", ".join(sorted(readers)))


def told(mall: Mall, filing: Filing, number: str) -> None:
    """She was told: in the inbox of the mall and by e-mail."""
    with mall.step("messages in her inbox and in her mailbox") as notes:

        def letters() -> list[Any]:
            return [one for one in filing.nurse.get("/api/notifications/v1/inbox")["items"] if number in str(one)]

        def mails() -> list[Any]:
            return [one for one in Visitor(mall.url).get("/mailbox/api/messages")["items"] if number in str(one)]

        wait_for("the message in the inbox", letters)
        wait_for("the e-mail", mails)
        notes.append(f"{len(letters())} in the inbox, {len(mails())} by e-mail so far: {mall.url}/mailbox")


def uploaded(anyone: Visitor, pdf: bytes) -> Any:
    """What the public verification says of a file."""
    headers = {"Content-Type": "application/pdf"}
    return Visitor.checked(anyone.http.post(f"{FILES}/verifications", content=pdf, headers=headers)).json()


def correction(mall: Mall) -> None:
    """Returned with itemised corrections, mended, handed in again, and on its way."""
    filing = Filing(mall, "siti")
    with mall.step("a second file is handed in"):
        filing.draft(ANSWERS)
        filing.submit()
    with mall.step("licensing office: return with two items"):
        items = [
            {"target": "/practice/address", "note": "Alamat disingkat; tulis lengkap."},
            {"target": "requirement:photo", "note": "Latar foto harus merah."},
        ]
        filing.decide("joko", "return", items=items)
        view = filing.reaches("correction")
        expect(view["clock_owner"] == "APPLICANT", "the clock should be the applicant's now")
    with mall.step("she mends both and hands it in again"):
        address = {"practice": {"address": "Jalan Demonstrasi Nomor 1, Kecamatan Sragen, Kabupaten Sragen"}}
        filing.nurse.patch(filing.path, {"answers": address}, version=filing.view()["version"])
        filing.nurse.upload(f"{filing.path}/attachments", "photo", "photo.png", picture(64, 84))
        filing.submit()
        filing.reaches("completeness")


def rejection(mall: Mall) -> None:
    """Refused, with a reason she can read."""
    filing = Filing(mall, "budi")
    with mall.step("Budi (synthetic) hands in a file"):
        filing.draft(ANSWERS)
        filing.submit()
    with mall.step("licensing office: reject with a reason"):
        reason = "Tempat praktik berada di luar wilayah kabupaten (demonstrasi)."
        filing.decide("rina", "reject", reason=reason)
        filing.reaches("rejected")
        expect(reason in str(filing.view()), "the applicant does not see the reason")


def away(mall: Mall) -> None:
    """An agency is away: intake goes on, the answer says who, the file waits and moves when the agency is back."""
    mall.stop("sdmk")
    try:
        filing = Filing(mall, "siti")
        with mall.step("the registry is stopped; she types what it would have filled") as notes:
            typed = {"licence": {"number": "STR-PRW-0331-2201", "lifetime": True, "credits_sufficient": True}}
            filled = filing.draft(ANSWERS | typed)
            answers = {(result["agency"], result["outcome"]) for result in filled["results"]}
            expect(("sdmk", "away") in answers, f"the prefill does not say that the agency is away: {answers}")
            notes.append("the answer names the agency that is away")
        with mall.step("intake goes on, the file waits and says for whom") as notes:
            filing.submit()
            filing.decide("rina", "accept")
            filing.reaches("registry-check")

            def named() -> Any:
                waiting = filing.view()["waiting_for"]
                return waiting if waiting["agency"] == "sdmk" and waiting["away"] else None

            waiting = wait_for("the file saying who is away", named)
            notes.append(
                f"the file says that it waits for: {waiting['name']['en']}, away since {waiting['away_since']}"
            )
    finally:
        mall.start("sdmk")
    with mall.step("the registry is back and the file moves by itself"):
        filing.reaches("recommendation")


STORIES: dict[str, Callable[[Mall], None]] = {
    "issue": issue,
    "correction": correction,
    "rejection": rejection,
    "away": away,
}
LOCAL_STORIES = frozenset({"away"})
