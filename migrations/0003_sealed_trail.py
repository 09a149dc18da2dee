"""Keep the trail of accesses append-only and unforked, and find shares by invited address.

A later batch change that rebuilds ``access_event`` on SQLite drops its triggers: create them again there.

Revision: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REFUSED = "access_event is append-only"


def upgrade() -> None:
    """Change the schema."""
    op.create_index("ix_share_invited_email", "share", ["invited_email"])
    op.create_index(
        "ix_access_event_patient_id_previous_hash", "access_event", ["patient_id", "previous_hash"], unique=True
    )
    op.create_index("ix_access_event_share_id_at", "access_event", ["share_id", "at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_access_event_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER access_event_append_only BEFORE UPDATE OR DELETE ON access_event "
            "FOR EACH ROW EXECUTE FUNCTION refuse_access_event_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER access_event_no_{verb.lower()} BEFORE {verb} ON access_event "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )


def downgrade() -> None:
    """Change it back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER access_event_append_only ON access_event")
        op.execute("DROP FUNCTION refuse_access_event_change()")
    else:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER access_event_no_{verb}")
    op.drop_index("ix_access_event_share_id_at", table_name="access_event")
    op.drop_index("ix_access_event_patient_id_previous_hash", table_name="access_event")
    op.drop_index("ix_share_invited_email", table_name="share")
