"""What applications reads from its environment, beside what every service reads."""

from pathlib import Path

from mpp_runtime.settings import Settings
from pydantic import SecretStr


class ApplicationsSettings(Settings):
    """Settings of applications.

    Attributes:
        files_url: where files are kept, an address of obstore: file:///... or s3://...
        platform_keys_file: private JWKS, one X25519 key (use=enc) and one Ed25519 key (use=sig).
        trust_roots_file: PEM of the certification authorities whose signatures on documents are believed.
    """

    database_url: SecretStr
    catalog_grpc: str
    identity_grpc: str
    files_url: str
    platform_keys_file: Path
    trust_roots_file: Path
