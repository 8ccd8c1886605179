"""Accounts, codes, sessions, grants, access log, consents, mandates, rate limits."""

from alembic import op
from mpp_ledger.schema import runtime_tables

revision = "0001"
down_revision = None
oldest_release = "0001"

TABLES = (
    # Columns of type bytea hold AES-256-GCM (storage/cipher.py) unless their name ends in _hash or is digest.
    """
    CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('person', 'officer')),
        status text NOT NULL CHECK (status IN ('pending', 'active', 'disabled')),
        name bytea NOT NULL,
        email bytea,
        email_hash bytea,
        phone bytea,
        phone_hash bytea,
        proven text[] NOT NULL,
        language text NOT NULL CHECK (language IN ('id', 'en')),
        synthetic boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX accounts_email ON accounts (email_hash) WHERE status = 'active'",
    "CREATE INDEX accounts_phone ON accounts (phone_hash) WHERE status = 'active'",
    "CREATE INDEX accounts_pending ON accounts (created_at) WHERE status = 'pending'",
    """
    CREATE TABLE people (
        account uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
        nik bytea NOT NULL,
        nik_hash bytea NOT NULL,
        confirmed boolean NOT NULL,
        birth_date bytea NOT NULL,
        birth_place bytea NOT NULL,
        sex bytea NOT NULL,
        address bytea NOT NULL,
        verification_state text NOT NULL CHECK (verification_state IN ('pending', 'verified', 'mismatch', 'not_found')),
        verification_at timestamptz,
        verification_agency text,
        verification_attempts integer NOT NULL,
        verification_next_at timestamptz,
        verification_mismatches text[] NOT NULL
    )
    """,
    # One confirmed account a NIK; sign-ups that were never confirmed may be many and go away.
    "CREATE UNIQUE INDEX people_nik ON people (nik_hash) WHERE confirmed",
    "CREATE INDEX people_to_verify ON people (verification_next_at) WHERE verification_state = 'pending'",
    "CREATE TABLE officers (account uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE, title text NOT NULL)",
    """
    CREATE TABLE officer_roles (
        account uuid NOT NULL REFERENCES officers ON DELETE CASCADE,
        role text NOT NULL,
        agency text,
        region text,
        UNIQUE NULLS NOT DISTINCT (account, role, agency, region)
    )
    """,
    "CREATE INDEX officer_roles_desk ON officer_roles (role, agency, region)",
    """
    CREATE TABLE challenges (
        id uuid PRIMARY KEY,
        purpose text NOT NULL CHECK (purpose IN ('sign-up', 'sign-in', 'contact-change')),
        accounts uuid[] NOT NULL,
        contact bytea,
        digest bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        attempts integer NOT NULL,
        passed_at timestamptz
    )
    """,
    "CREATE INDEX challenges_accounts ON challenges USING gin (accounts)",
    "CREATE INDEX challenges_expiry ON challenges (expires_at)",
    """
    CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        token_hash bytea NOT NULL UNIQUE,
        auth_time timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        amr text[] NOT NULL,
        revoked_at timestamptz
    )
    """,
    "CREATE INDEX sessions_account ON sessions (account)",
    """
    CREATE TABLE sign_in_transactions (
        id uuid PRIMARY KEY,
        parameters bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        finished_at timestamptz
    )
    """,
    "CREATE INDEX sign_in_transactions_expiry ON sign_in_transactions (expires_at)",
    """
    CREATE TABLE families (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        session uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
        client_id text NOT NULL,
        scope text NOT NULL,
        auth_time timestamptz NOT NULL,
        amr text[] NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        reason text
    )
    """,
    "CREATE INDEX families_account ON families (account)",
    "CREATE INDEX families_session ON families (session)",
    "CREATE INDEX families_expiry ON families (expires_at)",
    """
    CREATE TABLE codes (
        token_hash bytea PRIMARY KEY,
        family uuid NOT NULL REFERENCES families ON DELETE CASCADE,
        redirect_uri text NOT NULL,
        scope text NOT NULL,
        nonce text,
        code_challenge text,
        code_challenge_method text,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX codes_family ON codes (family)",
    """
    CREATE TABLE refresh_tokens (
        token_hash bytea PRIMARY KEY,
        family uuid NOT NULL REFERENCES families ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX refresh_tokens_family ON refresh_tokens (family)",
    """
    CREATE TABLE access_log (
        id uuid PRIMARY KEY,
        person uuid NOT NULL,
        at timestamptz NOT NULL,
        reader text NOT NULL,
        purpose text NOT NULL,
        fields text[] NOT NULL,
        application text NOT NULL
    )
    """,
    "CREATE INDEX access_log_person ON access_log (person, id)",
    """
    CREATE FUNCTION access_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the access log is append-only'; END $$
    """,
    """
    CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
    EXECUTE FUNCTION access_log_is_append_only()
    """,
    """
    CREATE TABLE consents (
        account uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        client_id text NOT NULL,
        scope text NOT NULL,
        given_at timestamptz NOT NULL,
        PRIMARY KEY (account, client_id)
    )
    """,
    """
    CREATE TABLE mandates (
        id uuid PRIMARY KEY,
        subject uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        actor uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        acts text[] NOT NULL,
        services text[] NOT NULL,
        valid_from timestamptz NOT NULL,
        valid_until timestamptz NOT NULL,
        revoked_at timestamptz,
        CHECK (subject <> actor)
    )
    """,
    "CREATE INDEX mandates_actor ON mandates (actor, subject)",
    "CREATE INDEX mandates_subject ON mandates (subject)",
    """
    CREATE TABLE rate_limits (
        key_hash bytea NOT NULL,
        window_start timestamptz NOT NULL,
        hits integer NOT NULL,
        PRIMARY KEY (key_hash, window_start)
    )
    """,
    "CREATE INDEX rate_limits_expiry ON rate_limits (window_start)",
)


def upgrade() -> None:
    for sql in (*runtime_tables(), *TABLES):
        op.execute(sql)
