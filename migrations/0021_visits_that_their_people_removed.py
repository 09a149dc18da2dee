"""visits from sheets that their people removed

Revision: 0021, after: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OWNERS = ("patient", "practitioner")


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "removed_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(f"{owner}_id", sa.Uuid(), nullable=False) for owner in _OWNERS),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{owner}_id"],
                [f"{owner}.id"],
                name=op.f(f"fk_removed_visit_{owner}_id_{owner}"),
                ondelete="CASCADE",
            )
            for owner in _OWNERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_visit")),
    )
    for owner in _OWNERS:
        op.create_index(f"ix_removed_visit_{owner}_id", "removed_visit", [f"{owner}_id"])


def downgrade() -> None:
    """Drop it. What people removed stays removed until a practice brings the same sheet in again."""
    op.drop_table("removed_visit")
