"""What anybody can see of an installation from outside."""

from email.utils import parsedate_to_datetime

import httpx

from mpp_cli.doctor.clocks import now, wrong_clock
from mpp_cli.doctor.finding import Finding, broken

SECONDS = 10.0
# One public answer of each service that has one.
PUBLIC = {
    "portal": "/",
    "catalog": "/api/catalog/v1/malls",
    "identity": "/.well-known/openid-configuration",
    "applications": "/api/applications/openapi.json",
    "notifications": "/api/notifications/openapi.json",
}


async def look_from_outside(url: str) -> list[Finding]:
    """Does every service answer through the one origin, and is its clock ours?"""
    found: list[Finding] = []
    async with httpx.AsyncClient(base_url=url, timeout=SECONDS) as client:
        for service, path in PUBLIC.items():
            asked = now()
            try:
                answer = await client.get(path)
            except httpx.HTTPError as error:
                what = f"nothing answers: {type(error).__name__}"
                return [*found, broken(url, what, "See whether the entrance (edge, gateway) runs.", "processes")]
            if answer.status_code >= 500:
                what = f"{service} answers {answer.status_code} at {path}"
                found.append(broken(url, what, f"See whether {service} runs and is ready.", "processes"))
            elif service == "portal" and "date" in answer.headers:
                theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
                found += wrong_clock(url, theirs, asked, now(), grain=1.0)
    return found
