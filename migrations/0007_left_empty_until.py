"""up to which day a patient leaves empty days empty

Revision: 0007, after: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: nobody has said so of any day."""
    op.add_column("patient", sa.Column("left_empty_until", sa.Date(), nullable=True))


def downgrade() -> None:
    """Drop the column; the days themselves are as empty as before."""
    op.drop_column("patient", "left_empty_until")
