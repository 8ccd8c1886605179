"""The signer's certificate, asked of the signing agency's connector; implements `document_ports.Certificates`."""

from dataclasses import asdict

from mpp_lookups import AgencyLookups
from mpp_runtime.errors import Conflict, Text, TryLater

from mpp_applications.domain.documents import Signer
from mpp_applications.use_cases.document_ports import SignerCertificates

AGENCY, LOOKUP = "esign", "certificate"


class EsignCertificates:
    def __init__(self, lookups: AgencyLookups) -> None:
        self._lookups = lookups

    async def of(self, signer: Signer) -> SignerCertificates:
        answer = await self._lookups.ask(AGENCY, LOOKUP, {"signer": asdict(signer)}, purpose="document-signature")
        if answer.outcome in ("away", "error"):
            raise TryLater(
                "signer-away",
                Text("Layanan tanda tangan elektronik sedang tidak menjawab.", "The signing service does not answer."),
                retry_after=30,
            )
        certificates = answer.data.get("certificates")
        if answer.outcome != "found" or not isinstance(certificates, list) or not certificates:
            raise Conflict(
                "signer-refused",
                Text("Pejabat ini tidak memiliki sertifikat elektronik.", "This officer has no signing certificate."),
                outcome=answer.outcome,
            )
        simulated = bool((answer.source or {}).get("simulated", False))
        return SignerCertificates(tuple(str(text) for text in certificates), simulated)
