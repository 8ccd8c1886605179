"""Every routed event renders in both languages from the package's own texts, and says what matters."""

from dataclasses import replace
from uuid import uuid4

import pytest
from mpp_notifications.domain import placeholders, templates
from mpp_notifications.domain.codes import CodeChannel, CodePurpose
from mpp_notifications.domain.deliveries import DeliveryState
from mpp_notifications.domain.facts import NOBODY, Contact, Correction, Facts, MessageText
from mpp_notifications.domain.languages import LANGUAGES, Language, written_date
from mpp_notifications.domain.messages import Rendered
from mpp_notifications.storage.package_data import load_routing, load_wording
from mpp_runtime.errors import Text

ROUTING, WORDING = load_routing(), load_wording()
EVENTS = sorted(ROUTING.events)
SITI = Contact(email="siti@warga.example.id", name="Siti Rahmawati", language="id")
NIK = "3314104708929001"


def facts(**changes: object) -> Facts:
    plain = Facts(
        recipient=uuid4(),
        number="3314-2026-000007",
        service_name=Text(id="Surat Izin Praktik Perawat", en="Nurse's practice permit"),
        mall_name="MPP Kabupaten Sragen",
        state_label=Text(id="Pemeriksaan", en="Check"),
        desk_label=Text(id="Petugas perizinan", en="Licensing office"),
        promised_date="2026-12-07",
        reason="Alamat tidak sesuai.",
        corrections=(Correction(Text(id="Alamat lengkap", en="Full address"), "Tulis tanpa singkatan."),),
        links={"tracking": "https://mpp.example/track", "application": "", "document": "https://mpp.example/doc"},
        texts={},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def event(name: str) -> str:
    return f"mpp.applications.v1.{name}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event_type", EVENTS)
def test_every_routed_event_has_a_good_text_in_both_languages(event_type: str, language: Language) -> None:
    assert templates.check(event_type, language, WORDING.messages[event_type][language]) == ()
    rendered = WORDING.message(event_type, facts(), SITI)[0][language]
    assert "3314-2026-000007" in rendered.subject
    assert ("Nurse's practice permit" if language == "en" else "Surat Izin Praktik Perawat") in rendered.body
    assert "{" not in rendered.subject + rendered.body
    assert "\n\n\n" not in rendered.body


@pytest.mark.parametrize("event_type", EVENTS)
def test_the_two_languages_differ(event_type: str) -> None:
    rendered = WORDING.message(event_type, facts(), SITI)[0]
    assert rendered["id"] != rendered["en"]


def test_texts_and_routing_name_the_same_events() -> None:
    assert set(WORDING.messages) == set(EVENTS)
    assert all(placeholders.offered(event_type) for event_type in EVENTS)


def test_a_return_lists_each_correction_and_the_note() -> None:
    body = WORDING.message(event("CorrectionRequested"), facts(), SITI)[0]["en"].body
    assert "- Full address: Tulis tanpa singkatan." in body
    assert "Alamat tidak sesuai." in body


def test_a_promise_is_written_as_people_write_it() -> None:
    rendered = WORDING.message(event("ApplicationSubmitted"), facts(), SITI)[0]
    assert "Senin, 7 Desember 2026" in rendered["id"].body
    assert "Monday, 7 December 2026" in rendered["en"].body


def test_no_promise_makes_no_empty_sentence() -> None:
    body = WORDING.message(event("ApplicationSubmitted"), facts(promised_date=""), SITI)[0]["en"].body
    assert "promise" not in body
    assert written_date("", "en") == ""


def test_the_text_of_the_definition_wins_in_its_language() -> None:
    own = {"id": MessageText(subject="Izin Anda ({{ number }})", body="Unduh di {{ document_url }}.")}
    rendered, broken = WORDING.message(event("DocumentIssued"), facts(texts=own), SITI)
    assert rendered["id"] == Rendered("Izin Anda (3314-2026-000007)", "Unduh di https://mpp.example/doc.")
    assert "is ready" in rendered["en"].subject
    assert broken == ()


@pytest.mark.parametrize(
    "own",
    [
        MessageText(subject="{{ nmber }}", body="x"),
        MessageText(subject="x", body="{{ corrections }}"),
        MessageText(subject="x {% if %}", body="x"),
        MessageText(subject="Untuk {{ name }}", body="x"),
        MessageText(subject="{{ desk_label }}", body="x"),
    ],
    ids=["typo", "placeholder of another event", "syntax", "personal data", "name through a harmless placeholder"],
)
def test_a_broken_text_of_the_definition_gives_way_to_the_general_one(own: MessageText) -> None:
    about = facts(texts={"id": own}, desk_label=Text(id="Meja Siti Rahmawati", en=""))
    rendered, broken = WORDING.message(event("DocumentIssued"), about, SITI)
    assert rendered["id"].subject == "Dokumen permohonan 3314-2026-000007 sudah terbit"
    assert broken == ("id",)


def test_a_nik_in_an_officers_words_is_masked() -> None:
    about = facts(reason=f"NIK {NIK} tidak cocok.")
    body = WORDING.message(event("ApplicationRejected"), about, SITI)[0]["id"].body
    assert NIK not in body
    assert "NIK 3314********9001 tidak cocok." in body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event_type", EVENTS)
def test_no_subject_holds_personal_data(event_type: str, language: Language) -> None:
    about = facts(reason=f"{NIK} Siti Rahmawati", corrections=(Correction(Text(id=NIK, en=NIK), NIK),))
    subject = WORDING.message(event_type, about, SITI)[0][language].subject
    assert NIK not in subject
    assert "Siti" not in subject


def test_a_subject_stays_one_line() -> None:
    own = {"id": MessageText(subject="a\nBcc: x@y.example {{ number }}", body="x")}
    rendered, _ = WORDING.message(event("DocumentIssued"), facts(texts=own), SITI)
    assert "\n" not in rendered["id"].subject


def test_mail_addresses_the_person_and_says_who_wrote() -> None:
    body = WORDING.mail_body(Rendered("s", "Isi."), SITI, "id")
    assert body.startswith("Yth. Siti Rahmawati,\n\nIsi.\n\n--\nMPP Digital (proyek independen)")
    assert WORDING.mail_body(Rendered("s", "Text."), NOBODY, "en").startswith("Text.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", list(CodePurpose))
def test_a_code_stands_in_the_body_only(purpose: CodePurpose, language: Language) -> None:
    text = WORDING.code(CodeChannel.EMAIL, purpose, code="123456", minutes=10, contact="a@b.example", language=language)
    assert "123456" in text.body
    assert "10" in text.body
    assert "123456" not in text.subject


def test_a_simulated_sms_says_so() -> None:
    text = WORDING.code(
        CodeChannel.SMS, CodePurpose.SIGN_IN, code="123456", minutes=5, contact="+6281200009001", language="id"
    )
    assert "[SIMULASI]" in text.body


def test_every_state_of_an_email_has_a_note() -> None:
    assert set(WORDING.email_notes) == {*DeliveryState, "NONE"}
