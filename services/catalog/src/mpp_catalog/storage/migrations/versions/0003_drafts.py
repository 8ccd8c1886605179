"""Editing: what was last seeded and editors need, drafts with their history, and the retirement of versions."""

from alembic import op

revision = "0003"
down_revision = "0002"
oldest_release = "0001"
branch_labels = None
depends_on = None

# A release before this one writes none of these tables. Until this release has seeded once, nobody can edit; what an
# older one seeds during a rollback knows of no retirement, and is right again once this one has seeded.
STATEMENTS = (
    """
    CREATE TABLE seeded (
      name text PRIMARY KEY,
      body jsonb NOT NULL
    )
    """,
    # `document` is text: jsonb would forget the order in which somebody wrote it.
    """
    CREATE TABLE drafts (
      id uuid PRIMARY KEY,
      service text NOT NULL,
      version text NOT NULL,
      base_version text,
      revision integer NOT NULL,
      state text NOT NULL CHECK (state IN ('editing', 'proposed', 'returned', 'published', 'discarded')),
      document text NOT NULL,
      templates jsonb NOT NULL,
      problems integer NOT NULL,
      author jsonb NOT NULL,
      changed_at timestamptz NOT NULL,
      proposal jsonb,
      proposed bytea,
      CHECK (state NOT IN ('proposed', 'published') OR (proposal IS NOT NULL AND proposed IS NOT NULL))
    )
    """,
    "CREATE INDEX drafts_state ON drafts (state, id)",
    "CREATE UNIQUE INDEX drafts_published ON drafts (service, version) WHERE state = 'published'",
    """
    CREATE TABLE draft_history (
      draft uuid NOT NULL REFERENCES drafts (id),
      number integer NOT NULL,
      at timestamptz NOT NULL,
      who jsonb NOT NULL,
      what text NOT NULL,
      comment text,
      changed jsonb NOT NULL,
      PRIMARY KEY (draft, number)
    )
    """,
    """
    CREATE TABLE retirements (
      id uuid PRIMARY KEY,
      service text NOT NULL,
      version text NOT NULL,
      effective_to date NOT NULL,
      reason text NOT NULL,
      legal_reference jsonb NOT NULL,
      asker jsonb NOT NULL,
      asked_at timestamptz NOT NULL,
      approver jsonb,
      approved_at timestamptz,
      FOREIGN KEY (service, version) REFERENCES definitions (service, version),
      CHECK ((approver IS NULL) = (approved_at IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX retirements_approved ON retirements (service, version) WHERE approved_at IS NOT NULL",
    "CREATE INDEX retirements_version ON retirements (service, version, id)",
    # What somebody did stays written; refuse_change() is of the first migration.
    """
    CREATE TRIGGER draft_history_never_changes BEFORE UPDATE OR DELETE ON draft_history
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER draft_history_never_emptied BEFORE TRUNCATE ON draft_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
