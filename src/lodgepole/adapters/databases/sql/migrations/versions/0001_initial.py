"""Keys, assistants, files and operations."""

import sqlalchemy as sa
from alembic import op

from lodgepole.adapters.databases.sql.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

json_value = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_api_keys"),
        sa.UniqueConstraint("project_id", "id", name="uq_api_keys_project_id_id"),
    )
    op.create_table(
        "assistants",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("instructions", sa.Text()),
        sa.Column("metadata", json_value),
        sa.Column("region", sa.String(8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("generations", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assistants"),
        sa.UniqueConstraint("project_id", "name", name="uq_assistants_project_id_name"),
    )
    op.create_index(
        "ix_assistants_project_id_created_at_id", "assistants", ["project_id", "created_at", "id"]
    )
    _create_files()
    _create_operations()


def _create_files() -> None:
    op.create_table(
        "files",
        sa.Column("assistant_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("crc32c", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("metadata", json_value),
        sa.Column("multimodal", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("percent_complete", sa.Integer(), nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.Column("notice", sa.Text()),
        sa.Column("page_count", sa.Integer()),
        sa.PrimaryKeyConstraint("assistant_id", "id", name="pk_files"),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistants.id"], name="fk_files_assistant_id"),
    )
    op.create_index(
        "ix_files_assistant_id_created_at_id", "files", ["assistant_id", "created_at", "id"]
    )


def _create_operations() -> None:
    op.create_table(
        "operations",
        sa.Column("assistant_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("file_id", sa.String(128)),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("upload", json_value),
        sa.Column("percent_complete", sa.Integer(), nullable=False),
        sa.Column("completed_at", UtcDateTime()),
        sa.Column("error_message", sa.Text()),
        sa.Column("ingestion_units", sa.Float()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.String(128)),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("assistant_id", "id", name="pk_operations"),
        sa.ForeignKeyConstraint(
            ["assistant_id"], ["assistants.id"], name="fk_operations_assistant_id"
        ),
    )
    for columns in (
        ["assistant_id", "created_at", "id"],
        ["assistant_id", "file_id"],
        ["status", "due_at"],
        ["completed_at"],
    ):
        op.create_index(f"ix_operations_{'_'.join(columns)}", "operations", columns)


def downgrade() -> None:
    for table in ("operations", "files", "assistants", "api_keys"):
        op.drop_table(table)
