"""Names of uploaded files."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpp_applications.domain.file_names import EXTENSIONS, MAX_LENGTH, clean_file_name


@pytest.mark.parametrize(
    ("name", "media_type", "clean"),
    [
        ("ktp.jpg", "image/jpeg", "ktp.jpg"),
        ("KTP.JPEG", "image/jpeg", "KTP.jpeg"),
        ("../../etc/passwd", "application/pdf", "passwd.pdf"),
        ("C:\\Users\\siti\\surat.pdf", "application/pdf", "surat.pdf"),
        ("izin.pdf.exe", "application/pdf", "izin.pdf.exe.pdf"),
        ("foto\u202egpj.exe", "image/png", "fotogpj.exe.png"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "application/pdf", "abSet-Cookie x.pdf"),
        ("", "image/png", "berkas.png"),
        ("....", "application/pdf", "berkas.pdf"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("Surat Keterangan (Sragen) é.pdf", "application/pdf", "Surat Keterangan (Sragen) é.pdf"),
        ("x" * 500 + ".pdf", "application/pdf", "x" * (MAX_LENGTH - 4) + ".pdf"),
        ('"><script>.png', "image/png", "script.png"),
    ],
)
def test_a_name_is_made_harmless(name: str, media_type: str, clean: str) -> None:
    assert clean_file_name(name, media_type) == clean


@given(st.text(max_size=300), st.sampled_from(sorted(EXTENSIONS)))
def test_no_name_gets_through_with_something_in_it(name: str, media_type: str) -> None:
    clean = clean_file_name(name, media_type)
    assert 0 < len(clean) <= MAX_LENGTH
    assert clean.lower().endswith(EXTENSIONS[media_type])
    assert not set(clean) & set('/\\"<>:|?*\x00\r\n;')
    assert not clean.startswith(".")
    assert all(unicodedata.category(each)[0] != "C" for each in clean)
    assert clean_file_name(clean, media_type) == clean
