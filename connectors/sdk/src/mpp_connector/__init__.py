"""Write one class, and your agency is part of the mall."""

from mpp_connector.connector import Connector
from mpp_connector.contract import (
    Accepted,
    Found,
    Later,
    LookupAnswer,
    LookupRequest,
    NotFound,
    Reason,
    Refused,
    Rejected,
    Task,
    TaskAnswer,
    Text,
)
from mpp_connector.errors import AgencyBroken, AgencyBusy, RequestInvalid

__all__ = [
    "Accepted",
    "AgencyBroken",
    "AgencyBusy",
    "Connector",
    "Found",
    "Later",
    "LookupAnswer",
    "LookupRequest",
    "NotFound",
    "Reason",
    "Refused",
    "Rejected",
    "RequestInvalid",
    "Task",
    "TaskAnswer",
    "Text",
]
