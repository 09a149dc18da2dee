"""which step of a diary another one takes back

Revision: 0019, after: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: of what was taken back before, the history says "entered", as it did.

    Not another value of `source`: the release before, which may still run beside this one, has no words for it, and
    SQLite would build the whole history anew for its check.
    """
    op.add_column("diary_change", sa.Column("undoes_op_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Drop the column; what was taken back reads as entered again."""
    op.drop_column("diary_change", "undoes_op_id")
