"""What the clients do: the lives of three files and a sign-up, through the public API, each to its end."""

import re
import time
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from mpp_cli.demo.papers import picture
from mpp_cli.demo.story import ANSWERS, FILES, MALL, SERVICE

from tests.chaos.client import NO_ANSWER, Diary, GaveUp, PatientVisitor

WAIT_SECONDS = 120.0
TYPED = {"licence": {"number": "STR-PRW-0331-2201", "lifetime": True, "credits_sufficient": True}}
Hook = Callable[[str], None]


def wait_for(what: str, ready: Callable[[], Any]) -> Any:
    """Asks again until there is an answer; the mall moves by itself."""
    end = time.monotonic() + WAIT_SECONDS
    while not (found := ready()):
        if time.monotonic() > end:
            raise GaveUp(f"{what} did not come within {WAIT_SECONDS:.0f} s")
        time.sleep(0.3)
    return found


class File:
    """One file of one nurse. `reached` is told the name of each step just before it is taken."""

    def __init__(self, url: str, account: str, diary: Diary, reached: Hook) -> None:
        self._url, self._diary, self._reached = url, diary, reached
        self._nurse = PatientVisitor(url, account, diary)
        self.id = ""

    @property
    def path(self) -> str:
        return f"{FILES}/applications/{self.id}"

    def view(self) -> Any:
        return self._nurse.get(self.path)

    def hand_in(self) -> None:
        """From what the catalogue says to a submitted file with its papers."""
        self._nurse.get(f"/api/catalog/v1/offerings/{MALL}/{SERVICE}")
        self._reached("create")
        body = {"mall": MALL, "service": SERVICE, "answers": ANSWERS | TYPED}
        self.id = self._nurse.do("create", f"{FILES}/applications", json=body)["id"]
        self._reached("attach")
        for requirement in ("photo", "identity-card", "place-letter"):
            self.attach(requirement)
        self._reached("submit")
        self.submit("submit")

    def attach(self, requirement: str) -> None:
        files = {"file": (f"{requirement}.png", picture())}
        path = f"{self.path}/attachments"
        self._nurse.do("attach", path, application=self.id, params={"requirement": requirement}, files=files)

    def submit(self, verb: str) -> None:
        """`verb` as the history will call it: submit or resubmit."""
        self._nurse.do(verb, f"{self.path}:submit", application=self.id, version=self.view()["version"])

    def change(self, answers: dict[str, Any]) -> None:
        """A PATCH has a version instead of a key: after an answer that was lost, one looks before one repeats."""
        while True:
            view = self.view()
            if all(view["answers"][name].items() >= part.items() for name, part in answers.items()):
                return
            headers = {"If-Match": f'"{view["version"]}"'}
            answer = self._nurse.again("PATCH", self.path, json={"answers": answers}, headers=headers)
            if answer.status_code != 412:
                answer.raise_for_status()

    def withdraw(self) -> None:
        self._reached("withdraw")
        self._nurse.do("withdraw", f"{self.path}:withdraw", application=self.id, version=self.view()["version"])

    def decide(self, account: str, action: str, **more: Any) -> None:
        """An officer finds, claims and decides; what others did meanwhile (412) is read before deciding again."""
        self._reached(action)
        officer = PatientVisitor(self._url, account, self._diary)
        task = wait_for(f"the file in the inbox of {account}", lambda: self._task(officer))
        officer.again("POST", f"{FILES}/tasks/{task}:claim").raise_for_status()
        version = officer.get(self.path)["version"]
        officer.do(action, f"{self.path}:act", application=self.id, version=version, json={"action": action, **more})

    def _task(self, officer: PatientVisitor) -> str | None:
        cursor: dict[str, Any] = {}
        while True:
            page = officer.get(f"{FILES}/tasks", limit=100, **cursor)
            found = [str(task["id"]) for task in page["items"] if task["application"] == self.id]
            if found or not page["next_cursor"]:
                return found[0] if found else None
            cursor = {"cursor": page["next_cursor"]}

    def reaches(self, state: str) -> Any:
        self._reached(f"until {state}")
        return wait_for(f"state {state}", lambda: view if (view := self.view())["state"] == state else None)

    def check_document(self) -> None:
        """She downloads it, and anyone finds it genuine."""
        document = self._nurse.get(f"{self.path}/documents")["items"][0]
        if not self._nurse.content(f"{self.path}/documents/{document['id']}/file").startswith(b"%PDF-"):
            raise AssertionError("the document is not a PDF")
        if self._nurse.get(f"{FILES}/verifications/{document['verification_code']}")["status"] != "valid":
            raise AssertionError("the document is not valid")


def issue(url: str, diary: Diary, reached: Hook) -> None:
    """Handed in, complete, checked by the registry, recommended, signed, issued."""
    file = File(url, "siti", diary, reached)
    file.hand_in()
    file.decide("rina", "accept")
    file.reaches("recommendation")
    file.decide("maya", "recommend")
    file.decide("hendra", "sign")
    file.reaches("issued")
    file.check_document()


def correction(url: str, diary: Diary, reached: Hook) -> None:
    """Handed in, returned, mended, handed in again, withdrawn."""
    file = File(url, "siti", diary, reached)
    file.hand_in()
    items = [{"target": "/practice/address", "note": "Alamat disingkat; tulis lengkap."}]
    file.decide("joko", "return", items=items)
    file.reaches("correction")
    file.change({"practice": {"address": "Jalan Demonstrasi Nomor 1, Kecamatan Sragen, Kabupaten Sragen"}})
    file.submit("resubmit")
    file.withdraw()
    file.reaches("withdrawn")


def rejection(url: str, diary: Diary, reached: Hook) -> None:
    """Handed in and refused, with a reason."""
    file = File(url, "budi", diary, reached)
    file.hand_in()
    file.decide("rina", "reject", reason="Tempat praktik berada di luar wilayah kabupaten (demonstrasi).")
    file.reaches("rejected")


def register(url: str, diary: Diary, reached: Hook) -> None:
    """A new person signs up with a code from the mailbox, and is there exactly once."""
    anyone = PatientVisitor(url, None, diary)
    serial = uuid.uuid4().int
    born = date(1990, 1 + serial % 12, 1 + serial % 28)
    email = f"uji.{uuid.uuid4().hex[:12]}@example.id"
    person = {
        "nik": f"331401{born:%d%m%y}{9001 + serial % 999}",
        "name": "Uji Gangguan",
        "birth_date": born.isoformat(),
        "email": email,
    }
    reached("sign up")
    key = {"Idempotency-Key": uuid.uuid4().hex}
    begun = anyone.again("POST", "/api/identity/v1/people", json=person, headers=key).raise_for_status().json()
    mails = wait_for("the code", lambda: anyone.get("/mailbox/api/messages", to=email)["items"])
    found = re.search(r"\b\d{6}\b", mails[0]["text"])
    if found is None:
        raise AssertionError("there is no code in the mail")
    reached("confirm")
    path = f"/api/identity/v1/people/{begun['id']}:confirm"
    answer = anyone.again("POST", path, json={"code": found.group()})
    # A code is good once: after an answer that was lost, the repeat says so, and the account is there.
    if not answer.is_success and not diary.statuses.keys() & set(NO_ANSWER):
        answer.raise_for_status()


STORIES: dict[str, Callable[[str, Diary, Hook], None]] = {
    "issue": issue,
    "correction": correction,
    "rejection": rejection,
    "register": register,
}
