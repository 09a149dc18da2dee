"""codes for a look at one visit

Revision: 0015, after: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "visit_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("code_expires_at", _MOMENT, nullable=False),
        sa.Column("reader_hash", sa.String(length=64), nullable=True),
        sa.Column("reader_user_id", sa.Uuid(), nullable=True),
        sa.Column("reader_name", sa.String(length=120), nullable=False),
        sa.Column("reader_device", sa.String(length=120), nullable=False),
        sa.Column("sign", sa.String(length=2), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=True),
        sa.Column("allowed_at", _MOMENT, nullable=True),
        sa.Column("ends_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=8), nullable=True),
        sa.CheckConstraint("scope IN ('summary', 'charts', 'notes')", name=op.f("ck_visit_access_scope")),
        sa.CheckConstraint("state IN ('shown', 'asked', 'open', 'ended')", name=op.f("ck_visit_access_state")),
        sa.CheckConstraint(
            "ended_by IN ('stopped', 'refused', 'left', 'twice', 'replaced')", name=op.f("ck_visit_access_ended_by")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_visit_access_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reader_user_id"], ["user.id"], name=op.f("fk_visit_access_reader_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_access")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_visit_access_code_hash")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_visit_access_link_hash")),
        sa.UniqueConstraint("reader_hash", name=op.f("uq_visit_access_reader_hash")),
    )
    op.create_index("ix_visit_access_patient_id_made_at", "visit_access", ["patient_id", "made_at"])


def downgrade() -> None:
    """Drop it: a look that is open ends; that it was stands in the trail."""
    op.drop_table("visit_access")
