"""Webhooks, and what is to be delivered to them.

The release before goes on beside it: operations that it finishes are told to nobody.
"""

import sqlalchemy as sa
from alembic import op

from lodgepole.adapters.databases.sql.tables import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

json_value = sa.JSON(none_as_null=True)
PENDING = sa.text("status = 'Pending'")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", json_value, nullable=False),
        sa.Column("assistant", sa.String(63)),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text()),
        sa.Column("old_secret_until", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("webhook_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("assistant", sa.String(63)),
        sa.Column("assistant_id", sa.String(64)),
        sa.Column("file_id", sa.String(128)),
        sa.Column("operation", json_value),
        sa.Column("error_message", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.String(128)),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("response_status", sa.Integer()),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("project_id", "webhook_id", "id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["project_id", "webhook_id"],
            ["webhooks.project_id", "webhooks.id"],
            name="fk_webhook_deliveries_project_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["due_at"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
    for columns in (
        ["project_id", "webhook_id", "created_at", "id"],
        ["assistant_id", "file_id"],
        ["finished_at"],
    ):
        name = f"ix_webhook_deliveries_{'_'.join(columns)}"
        op.create_index(name, "webhook_deliveries", columns)


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
