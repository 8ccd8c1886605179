"""This provider's keys: RS256, the private JWK set of MPP_SIGNING_KEYS_FILE."""

import json
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

ALGORITHM = "RS256"
LEAST_BITS = 2048


class SigningKeys:
    """Implements ports.Tokens. The first key signs, all are published: put a new one first, drop the old one later."""

    def __init__(self, jwks: str) -> None:
        """Raises ValueError on anything but private RSA keys of 2048 bits with distinct names."""
        try:
            found = json.loads(jwks)["keys"]
            keys = [RSAKey.import_key(key) for key in found if key.get("kty") == "RSA"]
        except (ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
            raise ValueError("the signing keys are not a JWK set") from error
        names = [key.kid for key in keys]
        if not keys or None in names or len(set(names)) < len(names):
            raise ValueError("the signing keys need at least one RSA key, each with its own kid")
        if any(key.private_key is None or key.private_key.key_size < LEAST_BITS for key in keys):
            raise ValueError(f"signing keys must be private and of at least {LEAST_BITS} bits")
        self._keys = {str(key.kid): key for key in keys}
        self._signer = keys[0]

    @staticmethod
    def generate() -> str:
        """A new private JWK set as JSON."""
        key = RSAKey.generate_key(LEAST_BITS, {"use": "sig", "alg": ALGORITHM}, private=True, auto_kid=True)
        return json.dumps({"keys": [key.as_dict(private=True)]})

    def public(self) -> dict[str, Any]:
        """The JWK set for /oidc/jwks: public parts only."""
        return {
            "keys": [
                key.as_dict(private=False) | {"use": "sig", "alg": ALGORITHM, "kid": kid}
                for kid, key in self._keys.items()
            ]
        }

    async def jwks(self) -> dict[str, Any]:
        """For this process's own verifier, which must not call itself over HTTP."""
        return self.public()

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        header = {"alg": ALGORITHM, "kid": self._signer.kid, "typ": typ}
        return jwt.encode(header, claims, self._signer, algorithms=[ALGORITHM])

    def read(self, token: str, typ: str) -> dict[str, Any] | None:
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
            key = self._keys.get(str(header.get("kid")))
            if key is None or set(header) != {"alg", "kid", "typ"} or header["typ"] != typ:
                return None
            return dict(jwt.decode(token, key, algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError):
            return None
