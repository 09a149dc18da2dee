"""what a day can hold

Revision: 0004, after: 0003
"""

from __future__ import annotations

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Written out, and not as a batch: SQLite then adds the columns with their checks in place, and need not build the
# tables anew. Both databases read these words alike.
ADDED = (
    "day ADD COLUMN stretch_sets INTEGER CONSTRAINT ck_day_stretch_sets_range CHECK (stretch_sets BETWEEN 0 AND 30)",
    "day ADD COLUMN stretch_hurt BOOLEAN",
    "diary_change ADD COLUMN event_id {uuid}",
    "dose ADD COLUMN prescribed_most_mg INTEGER"
    " CONSTRAINT ck_dose_prescribed_most_mg_range CHECK (prescribed_most_mg BETWEEN 1 AND 10000)",
    "dose ADD COLUMN for_heart BOOLEAN DEFAULT false NOT NULL",
    "patient ADD COLUMN country VARCHAR(2) CONSTRAINT ck_patient_country_length CHECK (length(country) = 2)",
)


def upgrade() -> None:
    """Add the tables of dated things, and what a day and a dose hold besides."""
    op.create_table(
        "flare",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("foot", sa.String(length=8), nullable=True),
        sa.Column("worst_pain", sa.Integer(), nullable=True),
        sa.Column("trigger", sa.String(length=80), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("foot IN ('left', 'right')", name=op.f("ck_flare_foot")),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_flare_note_length")),
        sa.CheckConstraint("settled_on >= day", name=op.f("ck_flare_settled_after_start")),
        sa.CheckConstraint("worst_pain BETWEEN 0 AND 100", name=op.f("ck_flare_worst_pain_range")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_flare_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flare")),
    )
    op.create_index("ix_flare_patient_id_day", "flare", ["patient_id", "day"])

    op.create_table(
        "pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.CheckConstraint("reason IN ('ill', 'injured', 'travel', 'other')", name=op.f("ck_pause_reason")),
        sa.CheckConstraint("ends_on >= day", name=op.f("ck_pause_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_pause_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_index("ix_pause_patient_id_day", "pause", ["patient_id", "day"])

    op.create_table(
        "pgic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 7", name=op.f("ck_pgic_rating_range")),
        sa.CheckConstraint("week IN (4, 8, 12, 24)", name=op.f("ck_pgic_week")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_pgic_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pgic")),
    )
    op.create_index("ix_pgic_patient_id_day", "pgic", ["patient_id", "day"])

    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("preset", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("hold_s", sa.Integer(), nullable=True),
        sa.Column("reps", sa.Integer(), nullable=True),
        sa.Column("sets_per_day", sa.Integer(), nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("chosen_by", sa.String(length=16), nullable=False),
        sa.CheckConstraint("chosen_by IN ('self', 'practitioner')", name=op.f("ck_plan_chosen_by")),
        sa.CheckConstraint("ends_on >= day", name=op.f("ck_plan_ends_after_start")),
        sa.CheckConstraint("hold_s BETWEEN 1 AND 600", name=op.f("ck_plan_hold_s_range")),
        sa.CheckConstraint("interval_days BETWEEN 1 AND 7", name=op.f("ck_plan_interval_days_range")),
        sa.CheckConstraint("reps BETWEEN 1 AND 100", name=op.f("ck_plan_reps_range")),
        sa.CheckConstraint("sets_per_day BETWEEN 1 AND 12", name=op.f("ck_plan_sets_per_day_range")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_plan_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index("ix_plan_patient_id_day", "plan", ["patient_id", "day"])

    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(text) <= 500", name=op.f("ck_question_text_length")),
        sa.CheckConstraint("settled_on >= day", name=op.f("ck_question_settled_after_start")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_question_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_patient_id_day", "question", ["patient_id", "day"])

    op.create_table(
        "treatment_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('acupuncture', 'physical_therapy', 'both')", name=op.f("ck_treatment_session_kind")
        ),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_treatment_session_note_length")),
        sa.CheckConstraint("number BETWEEN 1 AND 500", name=op.f("ck_treatment_session_number_range")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_treatment_session_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_session")),
    )
    op.create_index("ix_treatment_session_patient_id_day", "treatment_session", ["patient_id", "day"])

    uuid = sa.Uuid().compile(dialect=op.get_bind().dialect)
    for statement in ADDED:
        op.execute(f"ALTER TABLE {statement.format(uuid=uuid)}")
    _name_doses(op.get_bind())


def _name_doses(connection: sa.Connection) -> None:
    """Say of each change of a dose which dose it was: until now only its text did."""
    changes = sa.table(
        "diary_change",
        sa.column("seq", sa.Integer),
        sa.column("field", sa.String),
        sa.column("old_value", sa.Text),
        sa.column("new_value", sa.Text),
        sa.column("event_id", sa.Uuid),
    )
    texts = sa.select(changes.c.seq, sa.func.coalesce(changes.c.new_value, changes.c.old_value))
    for seq, text in connection.execute(texts.where(changes.c.field == "dose")).all():
        event_id = UUID(json.loads(text)["id"]) if text else None
        connection.execute(sa.update(changes).where(changes.c.seq == seq).values(event_id=event_id))


def downgrade() -> None:
    """Drop them with what they hold."""
    for statement in reversed(ADDED):
        table, _add, _column, name = statement.split()[:4]
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    op.drop_table("treatment_session")
    op.drop_table("question")
    op.drop_table("plan")
    op.drop_table("pgic")
    op.drop_table("pause")
    op.drop_table("flare")
