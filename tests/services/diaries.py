"""What must be true of every diary at any moment, whatever was sent by whom in which order."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.clinical.measures import ITEM_OF
from firststep.models import DiaryChange
from firststep.services.diary_entry import read_entry, to_text
from firststep.services.diary_fields import FOOT_FIELDS, Value
from firststep.services.diary_ops import Op
from tests.cast import NOW, TODAY


def one_op(
    *,
    foot: str = "right",
    op_id: UUID | None = None,
    device: UUID | None = None,
    entered_at: datetime = NOW,
    **values: Value,
) -> Op:
    """Return an op of today that sets the values."""
    return Op(
        id=op_id or uuid4(),
        day=TODAY,
        sets={foot: values},
        entered_at=entered_at,
        zone="Europe/Berlin",
        device_id=device,
    )


def check_history(session: Session, patient_id: UUID) -> int:
    """Check that the history explains what stands in the diary, change by change; return its length."""
    changes = session.scalars(
        select(DiaryChange).where(DiaryChange.patient_id == patient_id).order_by(DiaryChange.seq)
    ).all()
    last: dict[tuple[date, str, str, UUID | None], str | None] = {}
    for change in changes:
        key = (change.day, change.foot, change.field, change.event_id)
        assert change.old_value == last.get(key), f"{key} was {last.get(key)}, the history says {change.old_value}"
        last[key] = change.new_value
    for (day, foot, name, _event), value in last.items():
        if name not in ITEM_OF:
            continue
        entry = read_entry(session, patient_id, day)
        assert to_text(entry.value(foot, name)) == value
        if name in FOOT_FIELDS and name == "first_step_pain":
            assert (entry.feet[foot].first_step_entered_at is None) is (value is None)
    return len(changes)
