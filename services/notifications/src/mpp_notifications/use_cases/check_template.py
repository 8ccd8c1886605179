"""Would a template of a definition render for its event, and does it keep personal data out?"""

from mpp_notifications.domain.facts import MessageText
from mpp_notifications.domain.templates import Problem, check


def check_template(*, event: str, language: str, subject: str, body: str) -> tuple[Problem, ...]:
    """Everything wrong with it; empty if it is good."""
    return check(event, language, MessageText(subject=subject, body=body))
