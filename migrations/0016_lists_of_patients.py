"""where each person stands in a practitioner's list

Revision: 0016, after: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NAME_KEY = sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql")
_REASONS = "('silent', 'worse', 'nsaid', 'unchanged', 'on_track', 'new')"


def upgrade() -> None:
    """Add the table, with a row for each open share: what it says is computed when somebody looks, or by the worker."""
    op.add_column("practitioner", sa.Column("triage_thresholds", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "triage",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name_key", _NAME_KEY, nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("last_entry_on", sa.Date(), nullable=True),
        sa.Column("outlook", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snoozed_reason", sa.String(length=12), nullable=True),
        sa.Column("snooze_note", sa.String(length=200), nullable=True),
        sa.CheckConstraint(f"reason IN {_REASONS}", name=op.f("ck_triage_reason")),
        sa.CheckConstraint(f"snoozed_reason IN {_REASONS}", name=op.f("ck_triage_snoozed_reason")),
        sa.CheckConstraint("place BETWEEN 0 AND 8", name=op.f("ck_triage_place_range")),
        sa.CheckConstraint("length(snooze_note) <= 200", name=op.f("ck_triage_snooze_note_length")),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name=op.f("fk_triage_share_id_share"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_triage_practitioner_id_practitioner"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_triage_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_triage")),
    )
    in_order = ["practitioner_id", "place", "name_key", "share_id"]
    op.create_index("ix_triage_practitioner_id_place_name_key_share_id", "triage", in_order)
    op.create_index("ix_triage_practitioner_id_due_at", "triage", ["practitioner_id", "due_at"])
    op.create_index("ix_triage_due_at", "triage", ["due_at"])
    op.create_index("ix_triage_patient_id", "triage", ["patient_id"])
    op.execute(
        "INSERT INTO triage (share_id, practitioner_id, patient_id, place, name_key, due_at, revision)"
        " SELECT id, practitioner_id, patient_id, 6, '', '1970-01-01 00:00:00.000000', 0 FROM share"
        " WHERE state = 'active' AND practitioner_id IS NOT NULL"
    )


def downgrade() -> None:
    """Drop it: all of it is computed anew, but for what was put off and own thresholds."""
    op.drop_table("triage")
    op.drop_column("practitioner", "triage_thresholds")
