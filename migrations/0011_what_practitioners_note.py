"""sessions that practitioners note, and cases that people take over

Revision: 0011, after: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TEXTS = ("gait", "palpation_meridians", "palpation_regions", "techniques", "note")
_FK_OF_BATCH = "fk_import_batch_practitioner_id_practitioner"


def upgrade() -> None:
    """Add the tables, empty; a case may have been taken over, and then outlives the practitioner's account."""
    _add_noted_sessions()
    _add_case_invitations()
    with op.batch_alter_table("import_batch") as batch:
        batch.alter_column("practitioner_id", existing_type=sa.Uuid(), nullable=True)
        batch.drop_constraint(_FK_OF_BATCH, type_="foreignkey")
        batch.create_foreign_key(_FK_OF_BATCH, "practitioner", ["practitioner_id"], ["id"], ondelete="SET NULL")
    with op.batch_alter_table("imported_case") as batch:
        batch.add_column(sa.Column("claimed_at", _MOMENT, nullable=True))
        batch.drop_constraint("pk_imported_case", type_="primary")
        batch.create_primary_key("pk_imported_case", ["patient_id", "practitioner_id"])


def _add_noted_sessions() -> None:
    op.create_table(
        "noted_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("noted_by", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _TEXTS),
        sa.Column("noted_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("disputed_at", _MOMENT, nullable=True),
        sa.Column("dispute", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('acupuncture', 'physical_therapy', 'both')", name=op.f("ck_noted_session_kind")),
        sa.CheckConstraint("number BETWEEN 1 AND 500", name=op.f("ck_noted_session_number_range")),
        *(
            sa.CheckConstraint(f"length({name}) <= 2000", name=op.f(f"ck_noted_session_{name}_length"))
            for name in (*_TEXTS, "dispute")
        ),
        _of("noted_session", "patient", "CASCADE"),
        _of("noted_session", "practitioner", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_noted_session")),
    )
    op.create_index("ix_noted_session_patient_id_day", "noted_session", ["patient_id", "day"])
    op.create_index("ix_noted_session_practitioner_id", "noted_session", ["practitioner_id"])
    op.create_table(
        "noted_session_change",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "what IN ('noted', 'changed', 'withdrawn', 'disputed', 'dispute_ended')",
            name=op.f("ck_noted_session_change_what"),
        ),
        _of("noted_session_change", "patient", "CASCADE"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["noted_session.id"],
            name=op.f("fk_noted_session_change_session_id_noted_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_noted_session_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_noted_session_change_patient_id", "noted_session_change", ["patient_id"])
    op.create_index("ix_noted_session_change_session_id", "noted_session_change", ["session_id"])


def _add_case_invitations() -> None:
    op.create_table(
        "case_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("invited_email", sa.String(length=255), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("invited_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('invited', 'claimed', 'withdrawn')", name=op.f("ck_case_invitation_state")),
        _of("case_invitation", "patient", "CASCADE"),
        _of("case_invitation", "practitioner", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_case_invitation_token_hash")),
    )
    for column in ("patient_id", "practitioner_id", "invited_email"):
        op.create_index(f"ix_case_invitation_{column}", "case_invitation", [column])


def _of(table: str, parent: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{parent}_id_{parent}")
    return sa.ForeignKeyConstraint([f"{parent}_id"], [f"{parent}.id"], name=name, ondelete=ondelete)


def downgrade() -> None:
    """Drop them with what they hold. Lost: noted sessions, and imported visits of a practitioner who is gone."""
    # Of several cases of one person only one has room; its visits stay.
    op.execute(
        "DELETE FROM imported_case WHERE EXISTS (SELECT 1 FROM imported_case AS other WHERE other.patient_id ="
        " imported_case.patient_id AND other.practitioner_id < imported_case.practitioner_id)"
    )
    with op.batch_alter_table("imported_case") as batch:
        batch.drop_column("claimed_at")
        batch.drop_constraint("pk_imported_case", type_="primary")
        batch.create_primary_key("pk_imported_case", ["patient_id"])
    op.execute("DELETE FROM import_batch WHERE practitioner_id IS NULL")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint(_FK_OF_BATCH, type_="foreignkey")
        batch.create_foreign_key(_FK_OF_BATCH, "practitioner", ["practitioner_id"], ["id"], ondelete="CASCADE")
        batch.alter_column("practitioner_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("case_invitation")
    op.drop_table("noted_session_change")
    op.drop_table("noted_session")
