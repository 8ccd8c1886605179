"""What can go wrong, by who must act on it: time, the agency's operator, the platform."""


class ConnectorError(Exception):
    """Base of everything a connector's functions may raise on purpose."""


class AgencyBusy(ConnectorError):
    """Only time is needed: the agency's own system is slow, closed or full.

    A task comes back after `retry_after` seconds (or after a growing pause); a lookup is answered "error: agency-busy".
    """

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AgencyBroken(ConnectorError):
    """The agency's operator must act: wrong credentials, changed interface, unreadable answer.

    The same is assumed of every exception that is not a ConnectorError. The task stays and is tried again, more and
    more rarely; a lookup is answered "error: agency-broken". The text is never sent and never logged, only the kind.
    """


class RequestInvalid(ConnectorError):
    """The platform must act: the input does not fit this lookup or task, and trying again will not help.

    A lookup is answered "error: request-invalid"; a task is rejected with that reason.
    """

    def __init__(self, message: str, *, target: str | None = None) -> None:
        super().__init__(message)
        self.target = target


class EnvelopeError(Exception):
    """A message that is not what the protocol says: not readable, wrong key, wrong signature, wrong shape."""


class TooLarge(Exception):
    """More bytes than the account may send; the server would drop the connection."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"{size} bytes, the limit is {limit}")
        self.size, self.limit = size, limit
