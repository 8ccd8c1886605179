"""Messages, in-app inbox, deliveries, preferences, sent codes, and the tables of the runtime."""

import sqlalchemy as sa
from alembic import op
from mpp_ledger.schema import runtime_tables
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
oldest_release = "0001"

_OPEN = "state IN ('PENDING', 'RETRY', 'SENDING')"


def upgrade() -> None:
    for statement in runtime_tables():
        op.execute(statement)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("application_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recipient", sa.Uuid()),
        sa.UniqueConstraint("event", "audience"),
        sa.CheckConstraint("state IN ('PENDING', 'TOLD', 'FAILED')", name="messages_state"),
    )
    pending = sa.text("state = 'PENDING'")
    op.create_index("messages_due", "messages", ["next_at"], postgresql_where=pending)
    op.create_index("messages_open", "messages", ["application", "application_version"], postgresql_where=pending)
    op.create_table(
        "inbox_entries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("links", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
    )
    op.create_index("inbox_entries_person", "inbox_entries", ["person", "created_at", "id"])
    op.create_index("inbox_entries_unread", "inbox_entries", ["person"], postgresql_where=sa.text("read_at IS NULL"))
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("application_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ambiguous", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("message", "channel"),
        sa.CheckConstraint("state IN ('PENDING', 'SENDING', 'RETRY', 'SENT', 'FAILED')", name="deliveries_state"),
    )
    op.create_index("deliveries_due", "deliveries", ["next_at"], postgresql_where=sa.text(_OPEN))
    op.create_index(
        "deliveries_open", "deliveries", ["application", "application_version"], postgresql_where=sa.text(_OPEN)
    )
    op.create_index(
        "deliveries_troubled",
        "deliveries",
        ["created_at", "id"],
        postgresql_where=sa.text("state IN ('RETRY', 'FAILED') OR ambiguous > 0"),
    )
    op.create_table(
        "preferences",
        sa.Column("person", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "code_sends",
        sa.Column("request_id", sa.String(), primary_key=True),
        sa.Column("mail", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ambiguous", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("code_sends_age", "code_sends", ["created_at"])
