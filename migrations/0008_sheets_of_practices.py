"""sheets of practices: batches, and the cases, courses and visits in them

Revision: 0008, after: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, empty."""
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("sessions", sa.String(length=8), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_accepted", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("rows_empty", sa.Integer(), nullable=False),
        sa.Column("visits_added", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sessions IN ('numbered', 'counted', 'unknown')", name=op.f("ck_import_batch_sessions")),
        sa.CheckConstraint("length(file_sha256) = 64", name=op.f("ck_import_batch_file_sha256_length")),
        sa.CheckConstraint(
            "rows = rows_accepted + rows_rejected + rows_empty", name=op.f("ck_import_batch_rows_add_up")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_import_batch_practitioner_id_practitioner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_practitioner_id_imported_at", "import_batch", ["practitioner_id", "imported_at"])
    op.create_table(
        "imported_case",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("alias_key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_imported_case_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_imported_case_practitioner_id_practitioner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_imported_case")),
        sa.UniqueConstraint("practitioner_id", "alias_key", name=op.f("uq_imported_case_practitioner_id_alias_key")),
    )
    op.create_table(
        "imported_course",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("arm", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.CheckConstraint("arm IN ('standard', 'acupuncture', 'combined')", name=op.f("ck_imported_course_arm")),
        *_of_a_batch("imported_course"),
        sa.PrimaryKeyConstraint("patient_id", "batch_id", name=op.f("pk_imported_course")),
    )
    op.create_index("ix_imported_course_batch_id", "imported_course", ["batch_id"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("pain", sa.Integer(), nullable=True),
        sa.Column("session", sa.Integer(), nullable=True),
        sa.Column("nsaid", sa.String(length=8), nullable=True),
        sa.Column("change", sa.String(length=24), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sheet_row", sa.Integer(), nullable=False),
        sa.CheckConstraint("pain BETWEEN 0 AND 100", name=op.f("ck_visit_pain_range")),
        sa.CheckConstraint("session BETWEEN 0 AND 999", name=op.f("ck_visit_session_range")),
        sa.CheckConstraint("nsaid IN ('none', 'some', 'most')", name=op.f("ck_visit_nsaid")),
        sa.CheckConstraint(
            "change IN ('very_much_improved', 'much_improved', 'minimally_improved', 'no_change',"
            " 'minimally_worse', 'much_worse', 'very_much_worse')",
            name=op.f("ck_visit_change"),
        ),
        sa.CheckConstraint("length(note) <= 2000", name=op.f("ck_visit_note_length")),
        sa.CheckConstraint("sheet_row >= 1", name=op.f("ck_visit_sheet_row_range")),
        *_of_a_batch("visit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("patient_id", "day", "batch_id", name=op.f("uq_visit_patient_id_day_batch_id")),
    )
    op.create_index("ix_visit_batch_id", "visit", ["batch_id"])


def _of_a_batch(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    patient, batch = (
        sa.ForeignKeyConstraint(
            [f"{column}_id"], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_id_{parent}"), ondelete="CASCADE"
        )
        for column, parent in (("patient", "patient"), ("batch", "import_batch"))
    )
    return patient, batch


def downgrade() -> None:
    """Drop them with what they hold, and the cases with them: without their visits nobody could tell whose they are.

    Lost: every imported visit. The practice's own files bring them back.
    """
    op.drop_table("visit")
    op.drop_table("imported_course")
    op.drop_table("import_batch")
    # Somebody who has an account keeps it.
    op.execute("DELETE FROM patient WHERE user_id IS NULL AND id IN (SELECT patient_id FROM imported_case)")
    op.drop_table("imported_case")
