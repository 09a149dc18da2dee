"""when a patient's diary was closed because consent was withdrawn

Revision: 0002, after: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: every diary is open."""
    with op.batch_alter_table("patient") as batch_op:
        batch_op.add_column(sa.Column("diary_closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop the column; the consents themselves, from which it can be filled again, stay."""
    with op.batch_alter_table("patient") as batch_op:
        batch_op.drop_column("diary_closed_at")
