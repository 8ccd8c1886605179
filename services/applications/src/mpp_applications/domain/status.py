"""The public status and whose time runs: the same words for every public service (design §5)."""

from enum import StrEnum

from mpp_runtime.errors import Text


class Status(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    APPROVED = "APPROVED"
    ISSUED = "ISSUED"
    HANDED_OVER = "HANDED_OVER"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class ClockOwner(StrEnum):
    APPLICANT = "APPLICANT"
    AGENCY = "AGENCY"
    PLATFORM = "PLATFORM"
    OUTAGE = "OUTAGE"
    NONE = "NONE"


# While one of these owns the clock the promised date moves along with it.
PAUSING = frozenset({ClockOwner.APPLICANT, ClockOwner.OUTAGE})

# Nothing moves an application on from here (a later handover or revocation is a verb of its own).
FINAL = frozenset(
    {Status.ISSUED, Status.HANDED_OVER, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED, Status.REVOKED}
)

LABELS: dict[Status, Text] = {
    Status.DRAFT: Text("Konsep", "Draft"),
    Status.SUBMITTED: Text("Diajukan", "Submitted"),
    Status.IN_REVIEW: Text("Sedang diproses", "In review"),
    Status.ACTION_REQUIRED: Text("Perlu tindakan Anda", "Your action is needed"),
    Status.AWAITING_PAYMENT: Text("Menunggu pembayaran", "Waiting for payment"),
    Status.APPROVED: Text("Disetujui", "Approved"),
    Status.ISSUED: Text("Terbit", "Issued"),
    Status.HANDED_OVER: Text("Sudah diserahkan", "Handed over"),
    Status.REJECTED: Text("Ditolak", "Rejected"),
    Status.WITHDRAWN: Text("Ditarik", "Withdrawn"),
    Status.EXPIRED: Text("Kedaluwarsa", "Expired"),
    Status.REVOKED: Text("Dicabut", "Revoked"),
}
