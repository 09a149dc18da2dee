"""summaries once a month, and who among practitioners wants counts on Mondays

Revision: 0017, after: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Leave everybody's letter weekly, and add the practitioners' table, empty: nobody gets a mail unasked."""
    with op.batch_alter_table("mail_preference") as batch:
        # The default serves the release before, which still writes rows while this one starts.
        batch.add_column(sa.Column("rhythm", sa.String(length=8), nullable=False, server_default="weekly"))
        batch.create_check_constraint(op.f("ck_mail_preference_rhythm"), "rhythm IN ('weekly', 'monthly')")
    op.create_table(
        "digest_preference",
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("suspended_at", _MOMENT, nullable=True),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_digest_preference_hour_range")),
        sa.CheckConstraint("minute BETWEEN 0 AND 59", name=op.f("ck_digest_preference_minute_range")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_digest_preference_practitioner_id_practitioner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practitioner_id", name=op.f("pk_digest_preference")),
    )
    op.create_index("ix_digest_preference_next_at", "digest_preference", ["next_at"])


def downgrade() -> None:
    """Take both away; letters are weekly again."""
    op.drop_table("digest_preference")
    with op.batch_alter_table("mail_preference") as batch:
        batch.drop_constraint(op.f("ck_mail_preference_rhythm"), type_="check")
        batch.drop_column("rhythm")
