"""invitations to a practice, and one owner of each

Revision: 0010, after: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OWNERS = sa.text("practice_role = 'owner'")


def upgrade() -> None:
    """Add the table, empty, and the rule; until now only a demo made a practice, with one owner."""
    op.create_table(
        "practice_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("invited_email", sa.String(length=255), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("invited_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('invited', 'accepted', 'withdrawn')", name=op.f("ck_practice_invitation_state")),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_practice_invitation_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_practice_invitation_token_hash")),
    )
    op.create_index("ix_practice_invitation_practice_id", "practice_invitation", ["practice_id"])
    op.create_index("ix_practice_invitation_invited_email", "practice_invitation", ["invited_email"])
    op.create_index(
        "ix_practitioner_owner_of_practice",
        "practitioner",
        ["practice_id"],
        unique=True,
        sqlite_where=_OWNERS,
        postgresql_where=_OWNERS,
    )


def downgrade() -> None:
    """Drop both; who belongs to which practice stays. Lost: open invitations, which can be sent again."""
    op.drop_index("ix_practitioner_owner_of_practice", "practitioner")
    op.drop_table("practice_invitation")
