"""counts of steps beyond two billion

Revision: 0020, after: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COUNTED = ("diary_change", "access_event", "noted_session_change")


def upgrade() -> None:
    """Let each step have a number of 64 bits; SQLite's numbers have them already.

    PostgreSQL writes each table anew for it and holds it meanwhile, some seconds for every million rows. Each is let
    go before the next one is asked for: a request that has two of them would otherwise wait for us, and we for it.
    """
    _change(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    """Go back to 32 bits; PostgreSQL refuses where a number is too large for them."""
    _change(sa.BigInteger(), sa.Integer())


def _change(before: sa.types.TypeEngine[int], after: sa.types.TypeEngine[int]) -> None:
    dialect = op.get_bind().dialect
    if dialect.name != "postgresql":
        return
    with op.get_context().autocommit_block():
        for table in _COUNTED:
            op.alter_column(table, "seq", type_=after, existing_type=before, existing_nullable=False)
            op.execute(sa.text(f"ALTER SEQUENCE {table}_seq_seq AS {after.compile(dialect)}"))
