"""Sources of documents, what each origin held, and the runs."""

import sqlalchemy as sa
from alembic import op

from lodgepole.adapters.databases.sql.tables import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

json_value = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("assistant_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("every_seconds", sa.BigInteger()),
        sa.Column("include", json_value, nullable=False),
        sa.Column("exclude", json_value, nullable=False),
        sa.Column("metadata", json_value),
        sa.Column("rules", json_value, nullable=False),
        sa.Column("credential", sa.String(64)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("requested", sa.Boolean(), nullable=False),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("worker_id", sa.String(128)),
        sa.Column("held_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("assistant_id", "id", name="pk_sources"),
        sa.ForeignKeyConstraint(
            ["assistant_id"], ["assistants.id"], name="fk_sources_assistant_id"
        ),
    )
    op.create_index("ix_sources_due_at", "sources", ["due_at"])
    op.create_index(
        "ix_sources_assistant_id_created_at_id", "sources", ["assistant_id", "created_at", "id"]
    )
    _create_items()
    _create_runs()


def _create_items() -> None:
    op.create_table(
        "source_items",
        sa.Column("assistant_id", sa.String(64), nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("file_id", sa.String(128), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("assistant_id", "source_id", "key_hash", name="pk_source_items"),
        _of_a_source("source_items"),
    )


def _create_runs() -> None:
    op.create_table(
        "source_runs",
        sa.Column("assistant_id", sa.String(64), nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("counts", json_value, nullable=False),
        sa.Column("notes", json_value, nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.PrimaryKeyConstraint("assistant_id", "source_id", "id", name="pk_source_runs"),
        _of_a_source("source_runs"),
    )
    op.create_index(
        "ix_source_runs_assistant_id_source_id_created_at_id",
        "source_runs",
        ["assistant_id", "source_id", "created_at", "id"],
    )


def _of_a_source(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["assistant_id", "source_id"],
        ["sources.assistant_id", "sources.id"],
        name=f"fk_{table}_assistant_id",
        ondelete="CASCADE",
    )


def downgrade() -> None:
    for table in ("source_runs", "source_items", "sources"):
        op.drop_table(table)
