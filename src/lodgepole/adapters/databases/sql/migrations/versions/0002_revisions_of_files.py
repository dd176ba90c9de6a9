"""Which files changed at which revision, so that caches read only what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assistants",
        sa.Column("removal_revision", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "files", sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_index("ix_files_assistant_id_revision", "files", ["assistant_id", "revision"])
    # Files from before count as changed now, by a change of their assistant.
    op.execute("UPDATE assistants SET revision = revision + 1")
    op.execute(
        "UPDATE files SET revision = "
        "(SELECT revision FROM assistants WHERE assistants.id = files.assistant_id)"
    )


def downgrade() -> None:
    op.drop_index("ix_files_assistant_id_revision", "files")
    with op.batch_alter_table("files") as files:
        files.drop_column("revision")
    with op.batch_alter_table("assistants") as assistants:
        assistants.drop_column("removal_revision")
