"""What processes share: a secret, turns at housekeeping, request rates; who may read the schema.

A later migration that an older release cannot work beside sets `schema_readers.oldest` to the
first revision that can; one that only adds leaves it.
"""

import sqlalchemy as sa
from alembic import op

from lodgepole.adapters.databases.sql.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_readers",
        sa.Column("oldest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("oldest", name="pk_schema_readers"),
    )
    op.execute("INSERT INTO schema_readers (oldest) VALUES ('0005')")
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "turns",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(128), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_turns"),
    )
    op.create_table(
        "request_rates",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("requests", sa.Float(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_request_rates"),
    )


def downgrade() -> None:
    for table in ("request_rates", "turns", "secrets", "schema_readers"):
        op.drop_table(table)
