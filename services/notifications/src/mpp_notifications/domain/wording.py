"""The general wording of every message (data/texts.yaml), in both languages, and how a message gets its words."""

from collections.abc import Mapping
from dataclasses import dataclass

from mpp_runtime.errors import Text

from mpp_notifications.domain import placeholders, templates
from mpp_notifications.domain.codes import CodeChannel, CodePurpose
from mpp_notifications.domain.facts import Contact, Facts, MessageText
from mpp_notifications.domain.languages import LANGUAGES, Language
from mpp_notifications.domain.messages import Rendered
from mpp_notifications.domain.personal_data import has_nik


@dataclass(frozen=True)
class Wording:
    """Texts by event, by purpose of a code and by state of an e-mail."""

    messages: Mapping[str, Mapping[str, MessageText]]
    email: Mapping[str, str]
    codes: Mapping[str, Mapping[str, MessageText]]
    code_footer: Mapping[str, str]
    sms_simulated: Mapping[str, str]
    email_notes: Mapping[str, Text]

    def message(self, event: str, facts: Facts, contact: Contact) -> tuple[dict[str, Rendered], tuple[str, ...]]:
        """The message in both languages.

        A text of the definition wins; one that does not render gives way to the general one, because a person must be
        told even when a definition is wrong.

        Returns:
            The texts by language, and the languages whose own text of the definition was broken.

        Raises:
            BrokenTemplate: the general text does not render either.
        """
        rendered: dict[str, Rendered] = {}
        broken: list[str] = []
        for language in LANGUAGES:
            values = placeholders.values(event, facts, contact, language)
            own = facts.texts.get(language)
            if own is not None:
                try:
                    rendered[language] = _without_names(templates.render(event, own, values), contact)
                    continue
                except templates.BrokenTemplate:
                    broken.append(language)
            rendered[language] = templates.render(event, self.messages[event][language], values)
        return rendered, tuple(broken)

    def mail_body(self, rendered: Rendered, contact: Contact, language: Language) -> str:
        """The body of the e-mail: how the person is addressed, the message, who wrote it."""
        return templates.fill(self.email[language], {"name": contact.name, "body": rendered.body})

    def code(
        self, channel: CodeChannel, purpose: CodePurpose, *, code: str, minutes: int, contact: str, language: Language
    ) -> Rendered:
        """A one-time code as it is sent; the simulated SMS says that it is simulated."""
        text = self.codes[purpose][language]
        body = templates.fill(
            self.code_footer[language], {"body": templates.fill(text.body, {"code": code}), "minutes": minutes}
        )
        if channel is CodeChannel.SMS:
            body = f"{body}\n\n{templates.fill(self.sms_simulated[language], {'phone': contact})}"
        return Rendered(subject=text.subject, body=body)


def _without_names(rendered: Rendered, contact: Contact) -> Rendered:
    """Raises BrokenTemplate if the person's name or a NIK got into the subject through a harmless placeholder."""
    subject = rendered.subject.casefold()
    if has_nik(subject) or (contact.name and contact.name.casefold() in subject):
        problem = templates.Problem("subject", "personal-data-in-subject", "The subject holds the person's name.")
        raise templates.BrokenTemplate((problem,))
    return rendered
