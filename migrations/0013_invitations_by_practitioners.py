"""invitations that practitioners make

Revision: 0013, after: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "patient_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("invited_email", sa.String(length=255), nullable=True),
        sa.Column("meant_for", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('open', 'taken', 'withdrawn')", name=op.f("ck_patient_invitation_state")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_patient_invitation_practitioner_id_practitioner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_patient_invitation_token_hash")),
    )
    op.create_index(
        "ix_patient_invitation_practitioner_id_made_at", "patient_invitation", ["practitioner_id", "made_at"]
    )
    op.create_index("ix_patient_invitation_invited_email", "patient_invitation", ["invited_email"])


def downgrade() -> None:
    """Drop it; what was not taken up yet must be made again."""
    op.drop_table("patient_invitation")
