"""A default model of each assistant.

The release before goes on beside it: it neither sets nor reads the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assistants", sa.Column("default_model", sa.Text()))


def downgrade() -> None:
    op.drop_column("assistants", "default_model")
