"""Received mails on disk: `<id>.eml` as it came, `<id>.json` with the envelope. The JSON file makes a mail exist."""

import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Mail:
    """`received_at` in RFC 3339, UTC; `to` is the envelope's recipients, which headers may differ from."""

    id: str
    received_at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    message_id: str


class MailStore:
    """One folder. What `add` returned for is on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._mails = {mail.id: mail for mail in _read_all(folder)}

    def add(self, sender: str, to: Sequence[str], raw: bytes) -> Mail:
        """Stores a mail durably."""
        parsed = _parse(raw)
        mail = Mail(
            id=f"{time.time_ns():016x}{secrets.token_hex(4)}",
            received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            sender=sender,
            to=tuple(to),
            subject=str(parsed.get("Subject", "")),
            message_id=str(parsed.get("Message-ID", "")),
        )
        _write(self._folder / f"{mail.id}.eml", raw)
        _write(self._folder / f"{mail.id}.json", json.dumps(asdict(mail), ensure_ascii=False).encode())
        self._mails[mail.id] = mail
        return mail

    def newest(self, to: str = "", limit: int = 200) -> list[Mail]:
        """Newest first; `to` selects one recipient, whatever its case."""
        found = [mail for mail in self._mails.values() if not to or to.lower() in {r.lower() for r in mail.to}]
        return sorted(found, key=lambda mail: mail.id, reverse=True)[:limit]

    def get(self, mail_id: str) -> Mail | None:
        """A mail by id."""
        return self._mails.get(mail_id)

    def raw(self, mail: Mail) -> bytes:
        """The mail as it came over SMTP."""
        return (self._folder / f"{mail.id}.eml").read_bytes()

    def text(self, mail: Mail) -> str:
        """What a reader sees: the plain part, or the source of the HTML part when there is no other."""
        body = _parse(self.raw(mail)).get_body(preferencelist=("plain", "html"))
        return "" if body is None else str(body.get_content())

    def as_json(self, mail: Mail) -> dict[str, Any]:
        """For the JSON pages: envelope, subject and text."""
        return {**asdict(mail), "text": self.text(mail)}


def _parse(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _read_all(folder: Path) -> Iterator[Mail]:
    for file in folder.glob("*.json"):
        read = json.loads(file.read_text(encoding="utf-8"))
        yield Mail(**{**read, "to": tuple(read["to"])})


def _write(file: Path, content: bytes) -> None:
    waiting = file.with_suffix(file.suffix + ".new")
    with waiting.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    waiting.rename(file)
