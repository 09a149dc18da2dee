"""tenths of a milligram: some tablets hold 7.5 mg

Revision: 0005, after: 0004
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PRESCRIBED = "prescribed_most_tenths_mg"
_AMOUNTS = (("dose_mg", "dose_tenths_mg"), ("prescribed_most_mg", _PRESCRIBED))


def upgrade() -> None:
    """Keep amounts in tenths of a milligram."""
    with op.batch_alter_table("dose", copy_from=_table(*(old for old, _new in _AMOUNTS), most=10_000)) as batch:
        for old, new in _AMOUNTS:
            batch.drop_constraint(op.f(f"ck_dose_{old}_range"), type_="check")
            batch.alter_column(old, new_column_name=new)
            batch.create_check_constraint(op.f(f"ck_dose_{new}_range"), f"{new} BETWEEN 1 AND 100000")
    op.execute(_new(lambda amount: 10 * amount))


def downgrade() -> None:
    """Keep whole milligrams, rounded; what is less than one becomes one."""
    op.execute(_new(lambda amount: sa.case((amount < 10, 1), else_=(amount + 5) // 10)))
    with op.batch_alter_table("dose", copy_from=_table("dose_tenths_mg", _PRESCRIBED, most=100_000)) as batch:
        batch.drop_constraint(op.f("ck_dose_dose_tenths_mg_range"), type_="check")
        batch.drop_constraint(op.f(f"ck_dose_{_PRESCRIBED}_range"), type_="check")
        batch.alter_column("dose_tenths_mg", new_column_name="dose_mg")
        batch.create_check_constraint(op.f("ck_dose_dose_mg_range"), "dose_mg BETWEEN 1 AND 10000")
    # As 0004 adds it, with the check at the column: SQLite could not take it away again otherwise.
    op.execute(
        "ALTER TABLE dose ADD COLUMN prescribed_most_mg INTEGER"
        " CONSTRAINT ck_dose_prescribed_most_mg_range CHECK (prescribed_most_mg BETWEEN 1 AND 10000)"
    )
    old, new = sa.column("prescribed_most_mg", sa.Integer()), sa.column(_PRESCRIBED, sa.Integer())
    op.execute(sa.update(sa.table("dose", old, new)).values({old: new}))
    op.execute("ALTER TABLE dose DROP COLUMN prescribed_most_tenths_mg")


def _new(of: Callable[[Any], Any]) -> sa.Update:
    """Return the update that makes each amount anew; none stays none."""
    columns = [sa.column(new, sa.Integer()) for _old, new in _AMOUNTS]
    return sa.update(sa.table("dose", *columns)).values({column: of(column) for column in columns})


def _table(dose: str, prescribed: str, *, most: int) -> sa.Table:
    """Return the table as it was: SQLite builds it anew, and would forget the checks."""
    return sa.Table(
        "dose",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("product", sa.String(length=80), nullable=False),
        sa.Column(dose, sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("prescribed", sa.Boolean(), nullable=False),
        sa.Column(prescribed, sa.Integer(), nullable=True),
        sa.Column("for_heart", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.CheckConstraint("form IN ('oral', 'gel', 'other')", name=op.f("ck_dose_form")),
        sa.CheckConstraint(f"{dose} BETWEEN 1 AND {most}", name=op.f(f"ck_dose_{dose}_range")),
        sa.CheckConstraint(f"{prescribed} BETWEEN 1 AND {most}", name=op.f(f"ck_dose_{prescribed}_range")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_dose_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dose")),
        sa.Index("ix_dose_patient_id_day", "patient_id", "day"),
    )
