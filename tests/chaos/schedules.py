"""Which faults are tried: every failpoint a story comes by, and the servers and agencies killed in the middle."""

from collections.abc import Iterator
from dataclasses import dataclass

# The facts for which each story is played: the shortest one that has them.
FACTS = {
    "rejection": (
        "ApplicationDrafted", "AttachmentsChanged", "ApplicationSubmitted", "TaskClaimed", "ApplicationRejected",
    ),
    "correction": ("CorrectionRequested", "AnswersChanged", "CorrectionsSubmitted", "ApplicationWithdrawn"),
    "register": ("PersonRegistered",),
    "issue": ("StepEntered", "AgencyTaskAsked", "AgencyTaskAnswered", "ApplicationApproved", "DocumentIssued"),
}  # fmt: skip
APPLICATIONS = "/api/applications/v1/applications"


@dataclass(frozen=True)
class Schedule:
    """One fault in one story.

    `service` starts one life with `failpoint`; `kill` names a process (or "everything") killed by signal when the
    story comes to `step`, or when `failpoint` was reached where that is a delay.
    """

    story: str
    service: str = ""
    failpoint: str = ""
    kill: str = ""
    step: str = ""

    @property
    def name(self) -> str:
        armed = f"{self.service}: {self.failpoint}" if self.service else ""
        killed = f"kill -9 {self.kill}" + (f" at {self.step}" if self.step else "") if self.kill else ""
        return f"{self.story}: " + ", ".join(part for part in (armed, killed) if part)


def at_failpoints() -> Iterator[Schedule]:
    """kill -9 of each service at each of its failpoints, for each fact of a story that passes there."""
    for story, facts in FACTS.items():
        owner = "identity" if story == "register" else "applications"
        for fact in facts:
            for place in ("ledger.before_commit", "ledger.after_commit", "relay.before_publish", "relay.after_ack"):
                yield Schedule(story, owner, f"{place}[{fact}]:kill")
    for agency in ("sdmk", "esign"):
        for place in ("before_offer", "after_offer", "before_result", "before_receipt"):
            yield Schedule("issue", "applications", f"agency.{place}[{agency}]:kill")
    for place in ("document.before_prepared_is_kept", "document.before_recorded"):
        yield Schedule("issue", "applications", f"{place}:kill")
    yield Schedule("rejection", "applications", "paper.before_recorded[photo]:kill")
    for answered in (f"POST {APPLICATIONS}", f"POST {APPLICATIONS}/{{application_id}}:submit"):
        yield Schedule("rejection", "applications", f"answer.before_send[{answered}]:kill")
    yield Schedule("rejection", "applications", "answer.before_send[/mpp.applications.v1.Facts/ForMessage]:kill")
    for story, fact in (
        ("rejection", "AttachmentsChanged"), ("rejection", "ApplicationSubmitted"), ("issue", "DocumentIssued"),
    ):  # fmt: skip
        for place in ("consumer.before_effect_commit", "consumer.after_effect"):
            yield Schedule(story, "notifications", f"{place}[{fact}]:kill")
    for place in ("ledger.before_commit", "ledger.after_commit", "relay.before_publish", "relay.after_ack"):
        yield Schedule("rejection", "notifications", f"{place}[MessageDelivered]:kill")
    for place in ("mail.before_handover", "mail.after_handover"):
        yield Schedule("rejection", "notifications", f"{place}:kill")
    for place in ("ledger.before_commit", "ledger.after_commit"):
        for nth in (1, 3):
            yield Schedule("rejection", "identity", f"{place}:kill@{nth}")
    for story, answered in (("rejection", "POST /oidc/token"), ("issue", "/mpp.identity.v1.People/GetParticulars")):
        yield Schedule(story, "identity", f"answer.before_send[{answered}]:kill")
    for answered in ("/mpp.catalog.v1.Offerings/Pin", "GET /offerings/{mall}/{service}"):
        yield Schedule("rejection", "catalog", f"answer.before_send[{answered}]:kill")


def broken_connections() -> Iterator[Schedule]:
    """The same windows, but the process lives on and only its connection broke there."""
    for place in ("ledger.before_commit", "ledger.after_commit", "relay.before_publish", "relay.after_ack"):
        yield Schedule("rejection", "applications", f"{place}[ApplicationSubmitted]:error")
    for place in ("consumer.before_effect_commit", "consumer.after_effect"):
        yield Schedule("rejection", "notifications", f"{place}[ApplicationSubmitted]:error")
    for place in ("mail.before_handover", "mail.after_handover"):
        yield Schedule("rejection", "notifications", f"{place}:error")
    for place in ("agency.before_offer", "agency.after_offer", "agency.before_receipt"):
        yield Schedule("issue", "applications", f"{place}[sdmk]:error")


def by_signal() -> Iterator[Schedule]:
    """Servers, agencies and everything at once, in the middle."""
    for server in ("nats", "postgres"):
        for step in ("create", "submit", "accept", "until issued"):
            yield Schedule("issue", kill=server, step=step)
    for connector in ("sdmk", "esign"):
        # The connector dies while the platform holds its receipt back: the result was recorded, it does not know.
        yield Schedule("issue", "applications", f"agency.before_receipt[{connector}]:delay=3", kill=connector)
        yield Schedule("issue", "applications", f"agency.before_result[{connector}]:delay=3", kill=connector)
    yield Schedule("issue", kill="sdmk", step="until recommendation")
    yield Schedule("issue", kill="esign", step="until issued")
    for step in ("submit", "until recommendation", "until issued"):
        yield Schedule("issue", kill="everything", step=step)


def every() -> list[Schedule]:
    """All of them, those of one service together."""
    return [*by_signal(), *at_failpoints(), *broken_connections()]
