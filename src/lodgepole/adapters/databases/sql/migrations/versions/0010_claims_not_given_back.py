"""Counts claims whose worker died, so that files that crash workers are known.

The release before goes on beside it: it fills no such column, and finds nothing changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "operations", sa.Column("unreturned", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("operations", "unreturned")
