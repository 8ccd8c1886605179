"""A message remembers the trace that asked for it, so that telling belongs to it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
# The release before inserts without the column and gets the default.
oldest_release = "0001"


def upgrade() -> None:
    for table in ("messages", "deliveries"):
        op.add_column(table, sa.Column("traceparent", sa.String(), nullable=False, server_default=""))
