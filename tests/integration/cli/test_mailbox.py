"""The demonstration mailbox over real SMTP and HTTP, as a process of its own."""

import asyncio
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from mpp_cli.mailbox import smtp
from mpp_cli.mailbox.store import MailStore
from mpp_embedded import free_port


class RunningMailbox:
    """A mailbox process on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.smtp_port, self.http_port = free_port(), free_port()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.http_port}", trust_env=False)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        argv = [sys.executable, "-m", "mpp_cli.mailbox", "--folder", str(self.folder)]
        argv += ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
        self.process = subprocess.Popen(argv)
        for _ in range(200):
            try:
                if self.http.get("/mailbox/ready").status_code == 200:
                    return
            except httpx.ConnectError:
                assert self.process.poll() is None
            asyncio.run(asyncio.sleep(0.05))
        raise AssertionError("the mailbox did not start")

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(10) == 0

    def send(self, to: str, subject: str = "Izin terbit", text: str = "Halo", html: str = "") -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "mal@mpp.example.id", to, subject
        mail["Message-ID"] = "<1@mpp>"
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.send_message(mail, to_addrs=[to])

    def items(self, to: str = "") -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.http.get("/mailbox/api/messages", params={"to": to}).json()["items"]
        return found


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[RunningMailbox]:
    running = RunningMailbox(tmp_path / "mailbox")
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()


def test_a_mail_is_listed_for_its_recipient_and_survives_a_restart(mailbox: RunningMailbox) -> None:
    mailbox.send("siti@warga.example.id", subject="Permohonan diterima ✓", text="Nomor 33.14-SIP-2026-000001")
    mailbox.send("budi@warga.example.id")
    mailbox.stop()
    mailbox.start()
    found = mailbox.items("SITI@warga.example.id")
    assert [(mail["subject"], mail["to"], mail["message_id"]) for mail in found] == [
        ("Permohonan diterima ✓", ["siti@warga.example.id"], "<1@mpp>")
    ]
    assert "33.14-SIP-2026-000001" in str(found[0]["text"])
    assert len(mailbox.items()) == 2
    assert mailbox.http.get(f"/mailbox/api/messages/{found[0]['id']}").json() == found[0]


def test_a_page_shows_foreign_text_as_text(mailbox: RunningMailbox) -> None:
    mailbox.send("siti@warga.example.id", subject="<script>alert(1)</script>", text="<img src=x onerror=alert(2)>")
    mail_id = mailbox.items()[0]["id"]
    for page in ("/mailbox", f"/mailbox/mails/{mail_id}"):
        answer = mailbox.http.get(page)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "&lt;img src=x" in mailbox.http.get(f"/mailbox/mails/{mail_id}").text
    source = mailbox.http.get(f"/mailbox/mails/{mail_id}/source")
    assert source.headers["content-type"].startswith("text/plain")


def test_a_mail_of_html_alone_is_shown_as_its_source(mailbox: RunningMailbox) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.id", "siti@warga.example.id", "HTML"
    mail.set_content("<p>Halo</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port, timeout=10) as client:
        client.send_message(mail)
    assert "&lt;p&gt;Halo" in mailbox.http.get(f"/mailbox/mails/{mailbox.items()[0]['id']}").text


@pytest.mark.parametrize(
    ("language", "notice"),
    [("id", "tidak ada yang keluar dari komputer ini"), ("en", "nothing leaves this machine")],
)
def test_it_says_what_it_is_in_both_languages(mailbox: RunningMailbox, language: str, notice: str) -> None:
    page = mailbox.http.get("/mailbox", headers={"Accept-Language": language}).text
    assert notice in page
    assert f'lang="{language}"' in page
    assert notice in mailbox.http.get("/mailbox", params={"lang": language}).text


def test_refused_for_ever(mailbox: RunningMailbox) -> None:
    for _ in range(3):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            mailbox.send("refuse-1@warga.example.id")
        assert refusal.value.recipients["refuse-1@warga.example.id"][0] == 550
    assert mailbox.items() == []


def test_busy_two_times_then_delivered_once(mailbox: RunningMailbox) -> None:
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            mailbox.send("busy-1@warga.example.id")
        assert refusal.value.recipients["busy-1@warga.example.id"][0] == 451
    mailbox.send("busy-1@warga.example.id")
    assert len(mailbox.items("busy-1@warga.example.id")) == 1


def test_an_unknown_mail_is_not_found(mailbox: RunningMailbox) -> None:
    for page in ("/mailbox/mails/..%2F..%2Fetc%2Fpasswd", "/mailbox/mails/nothing", "/mailbox/api/messages/nothing"):
        assert mailbox.http.get(page).status_code == 404


async def test_a_mail_that_cannot_be_stored_is_not_acknowledged(tmp_path: Path) -> None:
    class Full(MailStore):
        def add(self, *_: object) -> None:  # type: ignore[override]
            raise OSError("no space left")

    port = free_port()
    server = await smtp.listen(Full(tmp_path), "127.0.0.1", port)

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.sendmail("a@example.id", ["siti@warga.example.id"], b"Subject: x\r\n\r\nx")

    with pytest.raises(smtplib.SMTPDataError) as refusal:
        await asyncio.to_thread(send)
    assert refusal.value.smtp_code == 452
    server.close()
