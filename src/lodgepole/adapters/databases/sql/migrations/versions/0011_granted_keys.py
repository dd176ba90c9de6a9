"""Keys that see some assistants or files alone."""

import sqlalchemy as sa
from alembic import op

from lodgepole.adapters.databases.sql.tables import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

json_value = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "granted_keys",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("assistants", json_value),
        sa.Column("filter", json_value),
        sa.PrimaryKeyConstraint("hash", name="pk_granted_keys"),
        sa.UniqueConstraint("project_id", "id", name="uq_granted_keys_project_id_id"),
    )


def downgrade() -> None:
    op.drop_table("granted_keys")
