"""Applications, history, tasks, agency tasks and results, attachments, issued documents; the tables of the runtime."""

import sqlalchemy as sa
from alembic import op
from mpp_ledger.schema import runtime_tables
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
oldest_release = "0001"

# History is what happened; nobody changes it, whatever statement they write.
_HISTORY_GUARD = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'history is never changed';
    END $$
"""
# A second wall behind the domain's guards: versions only grow, and what is over stays over.
_APPLICATION_GUARD = """
    CREATE FUNCTION guard_application() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.version < OLD.version OR (NEW.version = OLD.version AND NEW.status <> OLD.status) THEN
            RAISE EXCEPTION 'an application changes with its version only';
        END IF;
        IF OLD.status IN ('REJECTED', 'WITHDRAWN', 'EXPIRED', 'REVOKED') AND NEW.status <> OLD.status THEN
            RAISE EXCEPTION 'a closed application stays closed';
        END IF;
        IF NEW.owner <> OLD.owner OR NEW.digest <> OLD.digest OR NEW.number <> OLD.number THEN
            RAISE EXCEPTION 'owner, offering and number of an application never change';
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    for statement in runtime_tables():
        op.execute(statement)
    _tables()
    op.execute(_HISTORY_GUARD)
    op.execute(
        "CREATE TRIGGER history_is_final BEFORE UPDATE OR DELETE ON history "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(_APPLICATION_GUARD)
    op.execute(
        "CREATE TRIGGER applications_guard BEFORE UPDATE ON applications "
        "FOR EACH ROW EXECUTE FUNCTION guard_application()"
    )


def _tables() -> None:
    op.create_table(
        "agency_results",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("task", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_agency_results_task", "agency_results", ["task"])
    op.create_table(
        "agency_tasks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("output", sa.String()),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True)),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("next_offer_at", sa.DateTime(timezone=True)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("away_since", sa.DateTime(timezone=True)),
        sa.Column("parked", sa.String()),
        sa.Column("document_sequence", sa.Integer()),
        sa.Column("prepared", postgresql.JSONB()),
        sa.Column("traceparent", sa.String()),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "agency_tasks_due", "agency_tasks", ["next_offer_at"], postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index(
        "agency_tasks_one_open",
        "agency_tasks",
        ["application"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("proxy", sa.String()),
        sa.Column("mall", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("number", sa.String()),
        sa.Column("secret", sa.String()),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("given", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("state", sa.String()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("clock_owner", sa.String(), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("promised_date", sa.Date()),
        sa.Column("entered_at", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("paused_on", sa.Date()),
        sa.Column("calendar_version", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("number"),
    )
    op.create_index("applications_owner", "applications", ["owner", "id"])
    op.create_index("applications_proxy", "applications", ["proxy", "id"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("requirement", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("storage_key"),
    )
    op.create_index("attachments_application", "attachments", ["application"])
    op.create_table(
        "calendars",
        sa.Column("mall", sa.String(), primary_key=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("mall", sa.String(), primary_key=True),
        sa.Column("series", sa.String(), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True),
        sa.Column("value", sa.Integer(), nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("application", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("state", sa.String()),
        sa.Column("clock_owner", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("promised_date", sa.Date()),
        sa.Column("unit", postgresql.JSONB()),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("answers", postgresql.JSONB()),
    )
    op.create_table(
        "issued_documents",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("task", sa.Uuid(), nullable=False),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("output", sa.String(), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("verification_code", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signer", postgresql.JSONB(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revocation_reason", sa.String(), nullable=False),
        sa.UniqueConstraint("sha256"),
        sa.UniqueConstraint("task"),
        sa.UniqueConstraint("verification_code"),
    )
    op.create_index("issued_documents_application", "issued_documents", ["application"])
    op.create_table(
        "offerings",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("mall", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("labels", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("claimed_by", sa.String()),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("tasks_application", "tasks", ["application", "role", "agency", "region"])
    op.create_index(
        "tasks_one_open", "tasks", ["application"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index(
        "tasks_open",
        "tasks",
        ["role", "agency", "region", "due_at", "id"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
