"""Search by text: offerings that are described in the same words share one; life events; searches without a result."""

from alembic import op

revision = "0002"
down_revision = "0001"
oldest_release = "0001"
branch_labels = None
depends_on = None

# A release before this one reads and writes `offering_periods.words`: it is still written, and goes when that release
# has. What such a release publishes has no text; the next publication gives it one.
STATEMENTS = (
    """
    CREATE TABLE search_texts (
      id text PRIMARY KEY,
      service text NOT NULL,
      words tsvector NOT NULL
    )
    """,
    # Written with every publication and small: no list of pending entries, which each search would have to read.
    "CREATE INDEX search_texts_words ON search_texts USING gin (words) WITH (fastupdate = off)",
    "CREATE INDEX search_texts_service ON search_texts (service)",
    "ALTER TABLE offering_periods ADD COLUMN text text REFERENCES search_texts (id)",
    """
    INSERT INTO search_texts (id, service, words)
    SELECT DISTINCT md5(service || ' ' || words::text), service, words FROM offering_periods
    """,
    "UPDATE offering_periods SET text = md5(service || ' ' || words::text)",
    "CREATE INDEX offering_periods_text ON offering_periods (text, mall)",
    "DROP INDEX offering_periods_words",
    """
    CREATE TABLE life_events (
      code text PRIMARY KEY,
      name jsonb NOT NULL,
      services text[] NOT NULL
    )
    """,
    """
    CREATE TABLE life_event_phrases (
      event text NOT NULL REFERENCES life_events (code) ON DELETE CASCADE,
      phrase text NOT NULL,
      query tsquery NOT NULL,
      PRIMARY KEY (event, phrase)
    )
    """,
    """
    CREATE TABLE unmet_searches (
      day date NOT NULL,
      mall text NOT NULL,
      words text NOT NULL,
      searches bigint NOT NULL,
      PRIMARY KEY (day, mall, words)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
