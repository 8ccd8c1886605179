"""Keys of the mall and its agencies: NATS users (nkeys) and JSON Web Key Sets, and files only their owner can read."""

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nkeys
from joserfc.jwk import OKPKey


@dataclass(frozen=True)
class NatsUser:
    """An nkey user. The seed stays with whoever connects; the server only ever sees the public key."""

    seed: str
    public: str


@dataclass(frozen=True)
class JwkSets:
    """The same keys twice: with and without their private parts. One `use: enc` (X25519), one `use: sig` (Ed25519)."""

    private: dict[str, Any]
    public: dict[str, Any]


def new_nats_user() -> NatsUser:
    """Make a user nkey from 32 random bytes."""
    return nats_user(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER).decode())


def nats_user(seed: str) -> NatsUser:
    """Read the public key of a seed ("SU..."). Raises ValueError for anything that is not a user seed."""
    if not seed.strip().startswith("SU"):
        raise ValueError("a NATS user seed begins with SU")
    try:
        pair = nkeys.from_seed(seed.strip().encode())
    except nkeys.NkeysError as error:
        raise ValueError(f"not a NATS seed: {error}") from error
    return NatsUser(seed=seed.strip(), public=pair.public_key.decode())


def new_jwk_sets() -> JwkSets:
    """Make an encryption key and a signing key. `kid` is the RFC 7638 thumbprint, so a key names itself."""
    private: list[dict[str, Any]] = []
    public: list[dict[str, Any]] = []
    for key, use in ((OKPKey.generate_key("X25519"), "enc"), (OKPKey.generate_key("Ed25519"), "sig")):
        named = {"use": use, "kid": key.thumbprint()}
        private.append({**key.as_dict(private=True), **named})
        public.append({**key.as_dict(private=False), **named})
    return JwkSets(private={"keys": private}, public={"keys": public})


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600), whole or not at all; folders made on the way are 0700."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def ensure_nats_user(path: Path) -> NatsUser:
    """Read the seed in `path`; make it first when the file is not there."""
    if path.exists():
        return nats_user(path.read_text(encoding="utf-8"))
    user = new_nats_user()
    write_private(path, user.seed + "\n")
    return user


def ensure_jwk_sets(folder: Path) -> JwkSets:
    """Read `private.jwks.json` and `public.jwks.json` of a folder; make both first when the private one is not there.

    Used for an agency (`secrets/agencies/<code>`) and for the platform (`secrets/platform`).
    """
    private, public = folder / "private.jwks.json", folder / "public.jwks.json"
    if not private.exists():
        made = new_jwk_sets()
        # The public part first: a crash in between leaves no private key without its public one.
        write_private(public, json.dumps(made.public, indent=1) + "\n")
        write_private(private, json.dumps(made.private, indent=1) + "\n")
    return JwkSets(
        private=json.loads(private.read_text(encoding="utf-8")), public=json.loads(public.read_text(encoding="utf-8"))
    )
