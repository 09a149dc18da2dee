"""what cohorts came to, and the newest change of each diary

Revision: 0014, after: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table, empty, and the index that finds a diary's newest change without reading all of them."""
    op.create_table(
        "cohort_result",
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("choice", sa.String(length=80), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=True),
        sa.Column("consents", sa.String(length=64), nullable=True),
        sa.Column("data", sa.String(length=64), nullable=True),
        sa.Column("counted", sa.JSON(), nullable=True),
        sa.Column("made_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_cohort_result_practitioner_id_practitioner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practitioner_id", "choice", name=op.f("pk_cohort_result")),
    )
    op.create_index("ix_diary_change_patient_id_seq", "diary_change", ["patient_id", "seq"])


def downgrade() -> None:
    """Drop both; what cohorts come to is computed again when asked for."""
    op.drop_index("ix_diary_change_patient_id_seq", table_name="diary_change")
    op.drop_table("cohort_result")
