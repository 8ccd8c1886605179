"""X.509 profiles of the simulated certification authority (RFC 5280, RFC 3161, ETSI EN 319 412-2 in spirit).

Every subject says that it is a simulation, so that no certificate can pass for one of the national authority.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

SIMULATED = "SIMULASI"
ORGANISATION = f"MPP Digital Demonstrasi ({SIMULATED})"
# Adobe's and ETSI's "document signing" purpose (RFC 9336), so that viewers need not fall back on e-mail purposes.
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
ROOT_YEARS, ISSUING_YEARS, SIGNER_YEARS, TIME_STAMP_YEARS = 20, 15, 2, 14
CLOCK_SKEW = timedelta(minutes=5)
# RSA, not elliptic curves: those are a signature algorithm of PDF 2.0 only (ISO/TS 32002), and PDF/A-2 is PDF 1.7.
KEY_BITS = 3072


@dataclass(frozen=True)
class Issued:
    """A private key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class Addresses:
    """Where CRLs and issuer certificates would be published, without a slash at the end."""

    base: str

    def crl(self, issuer: str) -> str:
        return f"{self.base}/{issuer}.crl"

    def certificate(self, issuer: str) -> str:
        return f"{self.base}/{issuer}.crt"


@dataclass(frozen=True)
class Subject:
    """Who a signing certificate is for: the officer and the position the officer signs in."""

    id: str
    name: str
    title: str
    agency: str
    region: str


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def make_root(now: datetime) -> Issued:
    key = _key()
    name = _name(f"MPP Digital Root CA ({SIMULATED} / demonstration)")
    builder = _builder(name, name, key.public_key(), now, ROOT_YEARS)
    builder = _as_authority(builder, path_length=1)
    return Issued(key, _sign(builder, key, key.public_key()))


def make_issuing(root: Issued, addresses: Addresses, now: datetime) -> Issued:
    key = _key()
    name = _name(f"MPP Digital Issuing CA ({SIMULATED} / demonstration)")
    builder = _builder(name, root.certificate.subject, key.public_key(), now, ISSUING_YEARS)
    builder = _published(_as_authority(builder, path_length=0), addresses, "root")
    return Issued(key, _sign(builder, root.key, root.key.public_key()))


def make_time_stamper(issuing: Issued, addresses: Addresses, now: datetime) -> Issued:
    """RFC 3161 §2.3: exactly one extended key usage, time stamping, and it is critical."""
    key = _key()
    name = _name(f"MPP Digital Time Stamp ({SIMULATED} / demonstration)")
    builder = _builder(name, issuing.certificate.subject, key.public_key(), now, TIME_STAMP_YEARS)
    builder = _published(_as_end_entity(builder), addresses, "issuing").add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
    )
    return Issued(key, _sign(builder, issuing.key, issuing.key.public_key()))


def make_signer(subject: Subject, issuing: Issued, addresses: Addresses, now: datetime) -> Issued:
    key = _key()
    name = _name(
        f"{subject.name} ({SIMULATED})"[:64],
        (NameOID.TITLE, subject.title[:64]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, f"{subject.agency} {subject.region}"[:64]),
        (NameOID.SERIAL_NUMBER, subject.id[:64]),
    )
    builder = _builder(name, issuing.certificate.subject, key.public_key(), now, SIGNER_YEARS)
    builder = _published(_as_end_entity(builder), addresses, "issuing").add_extension(
        x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False
    )
    return Issued(key, _sign(builder, issuing.key, issuing.key.public_key()))


def make_crl(
    issuer: Issued, revoked: dict[int, datetime], now: datetime, life: timedelta, number: int
) -> x509.CertificateRevocationList:
    """A complete CRL. `revoked` maps serial number to the time of revocation."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + life)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_authority_key(issuer.key.public_key()), critical=False)
    )
    for serial, at in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256())


def _name(common_name: str, *more: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    attributes = [(NameOID.COUNTRY_NAME, "ID"), (NameOID.ORGANIZATION_NAME, ORGANISATION), *more]
    return x509.Name(
        [x509.NameAttribute(oid, value) for oid, value in (*attributes, (NameOID.COMMON_NAME, common_name))]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_documents: bool, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_documents,
        content_commitment=signs_documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _as_authority(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True).add_extension(
        _key_usage(signs_documents=False, signs_certificates=True), critical=True
    )


def _as_end_entity(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True).add_extension(
        _key_usage(signs_documents=True, signs_certificates=False), critical=True
    )


def _published(builder: x509.CertificateBuilder, addresses: Addresses, issuer: str) -> x509.CertificateBuilder:
    crl = x509.UniformResourceIdentifier(addresses.crl(issuer))
    certificate = x509.UniformResourceIdentifier(addresses.certificate(issuer))
    access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, certificate)
    point = x509.DistributionPoint(full_name=[crl], relative_name=None, reasons=None, crl_issuer=None)
    return builder.add_extension(x509.CRLDistributionPoints([point]), critical=False).add_extension(
        x509.AuthorityInformationAccess([access]), critical=False
    )


def _authority_key(key: rsa.RSAPublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _sign(
    builder: x509.CertificateBuilder,
    key: rsa.RSAPrivateKey,
    issuer_key: rsa.RSAPublicKey,
) -> x509.Certificate:
    return builder.add_extension(_authority_key(issuer_key), critical=False).sign(key, hashes.SHA256())
