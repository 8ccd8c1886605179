"""An issuer of the test's own: signs access tokens and answers with their keys."""

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = "http://localhost:8080"


class Issuer:
    """`jwks` is what a verifier calls; `away` makes it fail."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.away = False
        self.asked = 0

    async def jwks(self) -> dict[str, Any]:
        self.asked += 1
        if self.away:
            raise OSError("away")
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, subject: str = "applications", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        told = {
            "iss": ISSUER,
            "sub": subject,
            "aud": "mpp",
            "iat": now,
            "exp": now + 900,
            "jti": "1",
            "client_id": subject,
            "scope": "",
            "kind": "service",
            **claims,
        }
        told = {name: value for name, value in told.items() if value is not None}
        head = {"alg": "RS256", "typ": "at+jwt", "kid": "one", **(header or {})}
        return jwt.encode({k: v for k, v in head.items() if v is not None}, told, self.key, algorithms=[head["alg"]])
