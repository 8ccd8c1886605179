"""The population agency's `verify` lookup, through its connector."""

from mpp_lookups import AgencyLookups
from mpp_runtime.errors import NotFound, TryLater
from mpp_telemetry.log import get_logger

from mpp_identity.domain.nik import Nik
from mpp_identity.use_cases.ports import PopulationAnswer

AGENCY = "dukcapil"
_log = get_logger(__name__)


class PopulationAgency:
    """Implements ports.Population."""

    def __init__(self, lookups: AgencyLookups) -> None:
        self._lookups = lookups

    async def verify(self, nik: Nik, name: str, birth_date: str, language: str) -> PopulationAnswer:
        try:
            answer = await self._lookups.ask(
                AGENCY,
                "verify",
                {"nik": nik.digits, "name": name, "birth_date": birth_date},
                purpose="sign-up",
                language=language,
            )
        except (TryLater, NotFound) as refusal:
            # Without the agency's keys it cannot be asked: for the person that is the same as an agency away.
            _log.warning("agency cannot be asked", agency=AGENCY, code=refusal.code)
            return PopulationAnswer("away", AGENCY)
        match answer.outcome:
            case "found":
                match answer.data:
                    case {"match": True, **more}:
                        return PopulationAnswer("verified", AGENCY, birth_place=str(more.get("birth_place") or ""))
                    case {"match": False, "mismatches": [*fields]}:
                        return PopulationAnswer("mismatch", AGENCY, tuple(str(field) for field in fields))
                _log.warning("agency answered in another shape", agency=AGENCY)
                return PopulationAnswer("away", AGENCY)
            case "not_found" | "refused":
                # Refused is a protected record: like an unknown one, only the agency's own office can help.
                return PopulationAnswer("not_found", AGENCY)
            case "error" | "away":
                return PopulationAnswer("away", AGENCY)
