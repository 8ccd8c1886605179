"""What the registers answered, with the application."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
oldest_release = "0001"


def upgrade() -> None:
    # The default stays: while a release is rolled out the processes before it write rows without this column.
    op.add_column("applications", sa.Column("lookups", postgresql.JSONB(), nullable=False, server_default="[]"))
