"""The catalogue: reference data, published definitions, offerings, search."""

from alembic import op
from mpp_ledger.schema import runtime_tables

revision = "0001"
down_revision = None
oldest_release = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE regions (
  code text PRIMARY KEY,
  name text NOT NULL,
  parent text REFERENCES regions (code) DEFERRABLE INITIALLY DEFERRED,
  valid_from date,
  valid_to date,
  successor text,
  source text NOT NULL,
  time_zone text
);
CREATE INDEX regions_parent ON regions (parent, code);

CREATE TABLE calendar_versions (
  version text PRIMARY KEY,
  body jsonb NOT NULL
);

CREATE TABLE malls (
  code text PRIMARY KEY REFERENCES regions (code),
  name text NOT NULL,
  time_zone text NOT NULL,
  working_weekdays jsonb NOT NULL,
  note jsonb NOT NULL,
  calendar_version text NOT NULL REFERENCES calendar_versions (version)
);

CREATE TABLE agencies (
  code text PRIMARY KEY,
  name jsonb NOT NULL,
  kind text NOT NULL,
  simulated boolean NOT NULL,
  connector jsonb,
  jwks jsonb
);

CREATE TABLE definitions (
  service text NOT NULL,
  version text NOT NULL,
  digest text NOT NULL UNIQUE,
  body bytea NOT NULL,
  effective_from date NOT NULL,
  effective_to date,
  published_at timestamptz NOT NULL,
  PRIMARY KEY (service, version)
);

CREATE TABLE overrides (
  service text NOT NULL,
  version text NOT NULL,
  mall text NOT NULL REFERENCES malls (code),
  body jsonb NOT NULL,
  PRIMARY KEY (service, version, mall),
  FOREIGN KEY (service, version) REFERENCES definitions (service, version)
);

CREATE TABLE offerings (
  digest text PRIMARY KEY,
  mall text NOT NULL,
  service text NOT NULL,
  version text NOT NULL,
  definition_digest text NOT NULL REFERENCES definitions (digest),
  body bytea NOT NULL,
  resolved_at timestamptz NOT NULL
);

CREATE TABLE offering_periods (
  mall text NOT NULL REFERENCES malls (code),
  service text NOT NULL,
  starts date NOT NULL,
  ends date,
  digest text NOT NULL REFERENCES offerings (digest),
  card jsonb NOT NULL,
  agencies text[] NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (mall, service, starts)
);
CREATE INDEX offering_periods_words ON offering_periods USING gin (words);
CREATE INDEX offering_periods_service ON offering_periods (service, mall);

CREATE TABLE search_words (word text PRIMARY KEY);

CREATE TABLE catalog_state (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  generation bigint NOT NULL
);
INSERT INTO catalog_state (generation) VALUES (0);
"""

IMMUTABLE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % is published and never changes: publish a new version', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""

# pg_trgm is a trusted extension: the owner of the database may create it. Without it nothing corrects spelling.
SPELLING = """
DO $$
BEGIN
  BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
  EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_trgm is not available (%): search will not correct spelling', SQLERRM;
  END;
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE INDEX search_words_near ON search_words USING gist (word gist_trgm_ops);
  END IF;
END $$;
"""


def upgrade() -> None:
    for sql in runtime_tables():
        op.execute(sql)
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(IMMUTABLE)
    for table in ("definitions", "offerings", "calendar_versions"):
        op.execute(
            f"CREATE TRIGGER {table}_never_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(SPELLING)
