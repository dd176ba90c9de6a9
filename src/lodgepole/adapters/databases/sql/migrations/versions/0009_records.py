"""What a project keeps beside its assistants: uploaded files, batches of them, responses."""

import sqlalchemy as sa
from alembic import op

from lodgepole.adapters.databases.sql.tables import JsonValue, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("body", JsonValue, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id", name="pk_records"),
    )
    op.create_index(
        "ix_records_project_id_kind_created_at_id",
        "records",
        ["project_id", "kind", "created_at", "id"],
    )
    op.create_index("ix_records_expires_at", "records", ["expires_at"])


def downgrade() -> None:
    op.drop_table("records")
