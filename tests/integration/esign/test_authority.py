"""The simulated certification authority: sane profiles, private keys, made once."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from mpp_connector_esign.authority import Authority
from mpp_connector_esign.profiles import DOCUMENT_SIGNING, Subject

HEAD = Subject("o1", "Hendra Gunawan", "Kepala DPMPTSP", "dpmptsp", "33.14")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def usages(certificate: x509.Certificate) -> x509.KeyUsage:
    found = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert found.critical
    return found.value


def test_the_chain_is_what_its_profiles_say(authority: Authority) -> None:
    root, issuing = authority.root.certificate, authority.issuing.certificate
    signer, stamper = authority.signer(HEAD).certificate, authority.time_stamper.certificate
    root.verify_directly_issued_by(root)
    issuing.verify_directly_issued_by(root)
    for leaf in (signer, stamper):
        leaf.verify_directly_issued_by(issuing)
        assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert usages(leaf).digital_signature
        assert not usages(leaf).key_cert_sign
        assert leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints)
        assert leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    for authority_certificate, length in ((root, 1), (issuing, 0)):
        constraints = authority_certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.critical
        assert (constraints.value.ca, constraints.value.path_length) == (True, length)
        assert usages(authority_certificate).key_cert_sign
        assert usages(authority_certificate).crl_sign
        assert not usages(authority_certificate).digital_signature
    stamping = stamper.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert stamping.critical  # RFC 3161 §2.3
    assert list(stamping.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    assert list(signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [DOCUMENT_SIGNING]
    assert stamper.not_valid_after_utc > signer.not_valid_after_utc + timedelta(days=3650)


def test_every_certificate_says_that_it_is_a_simulation_and_is_strong(authority: Authority) -> None:
    for certificate in (*authority.chain(authority.signer(HEAD).certificate), authority.time_stamper.certificate):
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        assert "SIMULASI" in str(name)
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size >= 3072
        assert certificate.signature_hash_algorithm is not None
        assert certificate.signature_hash_algorithm.name == "sha256"


def test_a_position_has_one_certificate_and_another_position_another(authority: Authority) -> None:
    first = authority.signer(HEAD).certificate
    assert authority.signer(HEAD).certificate == first
    assert authority.signer(Subject("o2", *list(vars(HEAD).values())[1:])).certificate != first
    # It is made anew before it runs out.
    later = datetime.now(UTC) + timedelta(days=365 * 2 - 10)
    assert authority.signer(HEAD, later).certificate.not_valid_after_utc > later + timedelta(days=300)


def test_keys_are_for_their_owner_only_and_the_root_file_holds_no_key(authority: Authority) -> None:
    folder = authority.root_file.parent
    for path in (folder / "keys").rglob("*"):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert b"PRIVATE" not in authority.root_file.read_bytes()
    assert not [path for path in folder.rglob(".*") if path.is_file()]


def test_revocation_and_crls(authority: Authority) -> None:
    subject = Subject("o3", "Orang Lain", "Jabatan", "dpmptsp", "33.14")
    before = authority.signer(subject).certificate
    authority.revoke(before.serial_number)
    issuing, root = (x509.load_der_x509_crl(der) for der in authority.crls())
    assert issuing.is_signature_valid(authority.issuing.certificate.public_key())  # type: ignore[arg-type]
    assert root.is_signature_valid(authority.root.certificate.public_key())  # type: ignore[arg-type]
    assert issuing.get_revoked_certificate_by_serial_number(before.serial_number) is not None
    assert issuing.next_update_utc is not None
    assert issuing.next_update_utc > datetime.now(UTC) + timedelta(days=6)
    assert authority.signer(subject).certificate.serial_number != before.serial_number
    authority.publish_crls()
    published = x509.load_der_x509_crl((authority.root_file.parent / "issuing.crl").read_bytes())
    assert published.get_revoked_certificate_by_serial_number(before.serial_number) is not None


def test_opened_by_many_at_once_it_is_made_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda _: Authority(tmp_path / "authority"), range(4)))
    assert len({each.root.certificate.serial_number for each in opened}) == 1
    assert len({each.issuing.certificate.serial_number for each in opened}) == 1
    opened[0].issuing.certificate.verify_directly_issued_by(opened[0].root.certificate)


def test_init_makes_it_once_and_names_the_root(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mpp_connector_esign", *arguments],
            env=dict(os.environ) | {"MPP_CONNECTOR_DATA_DIR": str(tmp_path / "data")},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    first = run("init")
    assert first.returncode == 0, first.stderr
    root = Path(first.stdout.strip())
    assert root == tmp_path / "data" / "authority" / "root.pem"
    content = root.read_bytes()
    assert run("init").stdout == first.stdout
    assert run("root").stdout == Path(first.stdout.strip()).read_text()
    assert root.read_bytes() == content
    assert run("revoke", "2a").returncode == 0
    assert run("revoke", "xyz").returncode == 2
    assert "init" in run("--help").stdout
