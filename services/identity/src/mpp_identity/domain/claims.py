"""What tokens say. They carry no personal data but the subject: names and addresses come from userinfo."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from mpp_identity.domain.accounts import Account
from mpp_identity.domain.grants import ACCESS_LIFE, Family

AUDIENCE = "mpp"
ID_TOKEN_LIFE = ACCESS_LIFE


def roles_of(account: Account) -> list[dict[str, str | None]]:
    roles = account.officer.roles if account.officer else ()
    return [{"role": role.role, "agency": role.agency, "region": role.region} for role in roles]


def access_claims(
    account: Account, family: Family, *, issuer: str, scope: str, jti: UUID, now: datetime
) -> dict[str, Any]:
    """RFC 9068. `sid` names the family, so that this provider can refuse a token of one that ended."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": str(account.id),
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFE).timestamp()),
        "jti": str(jti),
        "client_id": family.client_id,
        "scope": scope,
        "kind": account.kind,
        "sid": str(family.id),
    }
    if account.kind == "officer":
        claims["roles"] = roles_of(account)
    return claims


def service_claims(service: str, *, issuer: str, scope: str, jti: UUID, now: datetime) -> dict[str, Any]:
    return {
        "iss": issuer,
        "sub": service,
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFE).timestamp()),
        "jti": str(jti),
        "client_id": service,
        "scope": scope,
        "kind": "service",
    }


def id_claims(
    account: Account, family: Family, *, issuer: str, nonce: str | None, at_hash: str, now: datetime
) -> dict[str, Any]:
    """OpenID Connect Core §2. acr "0" is what ISO/IEC 29115 calls no assurance: the demonstration sign-in."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": str(account.id),
        "aud": family.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + ID_TOKEN_LIFE).timestamp()),
        "auth_time": int(family.auth_time.timestamp()),
        "acr": "1" if family.amr else "0",
        "at_hash": at_hash,
        "sid": str(family.id),
    }
    if family.amr:
        claims["amr"] = list(family.amr)
    if nonce is not None:
        claims["nonce"] = nonce
    return claims


def userinfo(account: Account, scope: str) -> dict[str, Any]:
    """OpenID Connect Core §5.3, by the scope of the access token. Contacts are proven by code, hence verified."""
    wanted = scope.split()
    claims: dict[str, Any] = {"sub": str(account.id)}
    if "profile" in wanted:
        claims |= {"name": account.name, "locale": account.language, "kind": account.kind}
        claims["updated_at"] = int(account.updated_at.timestamp())
        if account.officer:
            claims |= {"title": account.officer.title, "roles": roles_of(account)}
        if account.person:
            claims["nik_verified"] = account.person.verification.state == "verified"
        if account.synthetic:
            claims["synthetic"] = True
    if "email" in wanted and account.email:
        claims |= {"email": account.email.value, "email_verified": account.is_proven(account.email)}
    if "phone" in wanted and account.phone:
        claims |= {"phone_number": account.phone.value, "phone_number_verified": account.is_proven(account.phone)}
    return claims


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(claims.get("scope", "")).split())
