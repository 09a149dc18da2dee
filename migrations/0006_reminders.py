"""reminders, and the devices that take pushes

Revision: 0006, after: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add both tables, empty: nobody is reminded who did not ask for it."""
    op.create_table(
        "reminder",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("repeats", sa.Boolean(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_number", sa.Integer(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=True),
        sa.Column("feed_hash", sa.String(length=64), nullable=True),
        sa.Column("feed_made_at", _MOMENT, nullable=True),
        sa.Column("feed_read_at", _MOMENT, nullable=True),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_reminder_hour_range")),
        sa.CheckConstraint("next_number BETWEEN 1 AND 2", name=op.f("ck_reminder_next_number_range")),
        sa.CheckConstraint("last_number BETWEEN 1 AND 2", name=op.f("ck_reminder_last_number_range")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_reminder_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_reminder_feed_hash")),
    )
    op.create_index("ix_reminder_next_at", "reminder", ["next_at"])
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("p256dh", sa.String(length=90), nullable=False),
        sa.Column("auth", sa.String(length=30), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("delivered_at", _MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=40), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("due_kind", sa.String(length=8), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_number", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("due_kind IN ('reminder', 'test')", name=op.f("ck_push_subscription_due_kind")),
        sa.CheckConstraint("due_number BETWEEN 1 AND 2", name=op.f("ck_push_subscription_due_number_range")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_push_subscription_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscription_endpoint")),
    )
    op.create_index("ix_push_subscription_user_id", "push_subscription", ["user_id"])
    op.create_index("ix_push_subscription_due_at", "push_subscription", ["due_at"])


def downgrade() -> None:
    """Drop both; the devices say again who they are when their page is opened."""
    op.drop_table("push_subscription")
    op.drop_table("reminder")
