"""Tables every service has in its own database: the ledger, the relay's cursor, the inbox and the idempotency keys."""

_TABLES = (
    # The ledger: kept as long as the file it tells about. `tx` is what makes the relay's cursor safe.
    """
    CREATE TABLE events (
        tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        seq bigint GENERATED ALWAYS AS IDENTITY,
        id uuid NOT NULL UNIQUE,
        key text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        type text NOT NULL,
        subject text NOT NULL,
        at timestamptz NOT NULL,
        body bytea NOT NULL,
        prev_hash bytea NOT NULL,
        hash bytea NOT NULL,
        traceparent text,
        PRIMARY KEY (key, version)
    )
    """,
    "CREATE INDEX events_relay ON events (tx, seq)",
    """
    CREATE TABLE relay_cursor (
        stream text PRIMARY KEY,
        tx xid8 NOT NULL,
        seq bigint NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # How far each consumer has come with each key.
    """
    CREATE TABLE inbox (
        consumer text NOT NULL,
        key text NOT NULL,
        version bigint NOT NULL,
        hash bytea NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, key)
    )
    """,
    """
    CREATE TABLE inbox_attempts (
        consumer text NOT NULL,
        event uuid NOT NULL,
        key text NOT NULL,
        version bigint NOT NULL,
        attempts integer NOT NULL,
        error text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event)
    )
    """,
    """
    CREATE TABLE parked_events (
        consumer text NOT NULL,
        key text NOT NULL,
        version bigint NOT NULL,
        hash bytea NOT NULL,
        subject text NOT NULL,
        headers jsonb NOT NULL,
        body bytea NOT NULL,
        reason text NOT NULL,
        status text NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'replayed', 'discarded')),
        parked_at timestamptz NOT NULL DEFAULT now(),
        resolved_at timestamptz,
        resolution text,
        PRIMARY KEY (consumer, key, version, hash)
    )
    """,
    "CREATE INDEX parked_events_open ON parked_events (consumer, key) WHERE status = 'parked'",
    """
    CREATE TABLE idempotency_keys (
        owner text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        status integer,
        body bytea,
        headers jsonb,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (owner, key)
    )
    """,
)


def runtime_tables() -> list[str]:
    """The statements for migration 0001 of each service: `for sql in runtime_tables(): op.execute(sql)`."""
    return list(_TABLES)
