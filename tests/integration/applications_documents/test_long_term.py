"""A document outlives the certificates it was signed with; PAdES baseline B-LT by pyHanko's own validator."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import crl, x509
from mpp_applications.document_files.validation import load_trust_roots
from mpp_runtime.errors import Invalid
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import LocalKnowledge, PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from tests.integration.applications_documents.office import JAKARTA, Desk, Office, nurse

YEAR = timedelta(days=365)


@pytest.fixture
async def signed(desk: Desk) -> bytes:
    return await desk.read(await desk.issue(nurse()))


def roots(office: Office) -> tuple[x509.Certificate, ...]:
    return load_trust_roots(office.authority.root_file.read_bytes())


def specification(signed: bytes, office: Office, *more: bytes) -> SignatureValidationSpec:
    """Our roots, revocation data required, all of it from the file (and `more` CRLs), no network."""
    store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(signed)))
    inside = [CRLContainer(crl.CertificateList.load(reference.get_object().data)) for reference in store.crls]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(roots(office))),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True),
    )
    known = LocalKnowledge(known_crls=inside, known_certs=list(store.load_certs()))
    # What the record of the issued document proves, by its digest: all of the file existed then.
    known.known_poes.extend(known.assert_existence_known_at(datetime.now(UTC)))
    known.known_crls.extend(CRLContainer(crl.CertificateList.load(der)) for der in more)
    return SignatureValidationSpec(policy, local_knowledge=known)


async def test_pyhanko_calls_it_a_signature_with_time_and_everything_is_in_the_file(
    signed: bytes, office: Office
) -> None:
    """ETSI EN 319 102-1 §5.5, with no network and every CRL from the document security store: that is B-LT."""
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    signature.compute_integrity_info()
    assert signature.summarise_integrity_info()["coverage"] == SignatureCoverageLevel.ENTIRE_REVISION
    result = await ades_with_time_validation(
        signature.signed_data, specification(signed, office), raw_digest=signature.compute_digest()
    )
    assert result.ades_subindic == AdESPassed.OK, result.failure_msg
    assert result.best_signature_time == signature_time(signed)


async def test_pyhanko_still_does_after_the_signer_s_certificate_ran_out(signed: bytes, office: Office) -> None:
    """ETSI EN 319 102-1 §5.6.3 in three years: the time stamper's certificate lives on, with a CRL of then."""
    later = datetime.now(UTC) + 3 * YEAR
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    signature.compute_integrity_info()
    result = await ades_lta_validation(
        signature,
        PdfSignatureValidationSpec(specification(signed, office, *office.authority.crls(later))),
        timing_info=ValidationTimingInfo(
            validation_time=later, best_signature_time=later, point_in_time_validation=True
        ),
    )
    assert result.ades_subindic == AdESPassed.OK, (result.ades_subindic, result.failure_msg)


def signature_time(signed: bytes) -> datetime:
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    (token,) = extract_tst_data_iter(signature.signer_info, signed=False)
    made: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return made


@pytest.mark.parametrize(
    "later",
    [timedelta(days=1), timedelta(days=30), YEAR, 3 * YEAR, 12 * YEAR, 40 * YEAR],
    ids=["day", "after nextUpdate of the CRL", "year", "after the signer's certificate", "12 years", "after the root"],
)
async def test_it_is_good_long_after_its_certificates_and_crls_ran_out(
    desk: Desk, signed: bytes, later: timedelta
) -> None:
    report = await desk.signatures.judge(signed, datetime.now(UTC) + later)
    assert report.good, report


async def test_without_judging_at_the_time_of_the_signature_it_would_not_be(signed: bytes, office: Office) -> None:
    """The dates above are real: a validator that looks at today's date alone calls the same file untrusted."""
    reader = PdfFileReader(BytesIO(signed))
    later = datetime.now(UTC) + 3 * YEAR
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {"trust_roots": list(roots(office)), "moment": later, "revocation_mode": "require"}
    )
    status = await async_validate_pdf_signature(reader.embedded_signatures[0], context, context)
    assert status.intact
    assert not status.trusted


async def test_a_signature_made_after_the_certificate_ran_out_is_not_good(desk: Desk) -> None:
    """Expired at signing is another thing than expired since."""
    decided = datetime.now(JAKARTA).replace(microsecond=0)
    request = nurse(decided_at=decided)
    prepared = await desk.documents.prepare(request)
    late = datetime.now(UTC) + 3 * YEAR
    # The office would renew in time; this one signs with what it has.
    answer = await desk.office.sign(request.task, prepared, late)
    with pytest.raises(Invalid) as refused:
        await desk.complete(request, prepared, answer, at=late)
    assert "signer" in refused.value.extra["checks"]


async def test_a_time_stamp_from_the_future_is_not_believed(desk: Desk, signed: bytes) -> None:
    report = await desk.signatures.judge(signed, datetime.now(UTC) - timedelta(days=1))
    assert report.failed == ("time-stamp",)
