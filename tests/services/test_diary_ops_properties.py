"""Several devices, any order, any repetition: the diary is what the last accepted op of each field says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firststep.extensions import db
from firststep.services.diary_entry import read_entry, to_text
from firststep.services.diary_ops import Answer, Op, apply_op
from tests import factories
from tests.cast import NOW, TODAY
from tests.services.diaries import check_history

DEVICES = (None, UUID(int=1), UUID(int=2))
PAIN = st.none() | st.integers(0, 100)
FOOT_SETS = st.dictionaries(st.sampled_from(["first_step_pain", "average_pain"]), PAIN, min_size=1)
DAY_SETS = st.fixed_dictionaries(
    {},
    optional={
        "stretch_done": st.none() | st.booleans(),
        "stretch_minutes": st.none() | st.integers(0, 600),
        "nsaid_taken": st.none() | st.booleans(),
        "note": st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1),
        "tags": st.none() | st.lists(st.sampled_from(["run", "shoes"]), min_size=1),
    },
).filter(bool)
SETS = st.tuples(st.sampled_from(["right", "left"]), FOOT_SETS) | st.tuples(st.just(""), DAY_SETS)


@dataclass(frozen=True)
class Send:
    """A device sends a new op."""

    op: Op
    looked_back: int | None


@dataclass(frozen=True)
class Replay:
    """A device sends an op of before again."""

    which: int


SENDS = st.builds(
    lambda sets, device, back, ahead, looked_back: Send(
        Op(
            id=uuid4(),
            day=TODAY - timedelta(days=back),
            sets={sets[0]: sets[1]},
            entered_at=NOW + timedelta(days=ahead),
            zone="Europe/Berlin",
            device_id=device,
        ),
        looked_back,
    ),
    SETS,
    st.sampled_from(DEVICES),
    st.integers(0, 1),
    st.sampled_from([0, 0, 1, -400, 20000]),
    st.none() | st.integers(0, 5),
)
REPLAYS = st.builds(Replay, st.integers(0, 100))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SENDS | REPLAYS, max_size=25))
def test_any_order_of_ops_from_several_devices(app: Flask, steps: list[Send | Replay]) -> None:
    with app.app_context():
        patient_id = factories.make_patient(db.session, f"{uuid4().hex}@example.com").id
        db.session.commit()
        sent: list[tuple[Op, Answer]] = []
        stands: dict[tuple[object, str, str], tuple[str | None, UUID | None, int]] = {}
        for step in steps:
            if isinstance(step, Replay):
                if sent:
                    op, first = sent[step.which % len(sent)]
                    again = apply_op(db.session, patient_id, op, now=NOW + timedelta(days=180))
                    db.session.commit()
                    assert (again.status, again.rev, again.superseded) == ("known", first.rev, first.superseded)
                continue
            revs = [answer.rev for _, answer in sent]
            seen = None if step.looked_back is None else ([0, *revs])[max(0, len(revs) - step.looked_back)]
            op = replace(step.op, seen_rev=seen)
            answer = apply_op(db.session, patient_id, op, now=NOW)
            db.session.commit()
            assert answer.status == "stored"
            assert answer.rev > max(revs, default=0)
            assert {(item.foot, item.field, item.value) for item in answer.superseded} == expected_superseded(
                op, stands
            )
            for foot, values in op.sets.items():
                for name, value in values.items():
                    stands[op.day, foot, name] = (to_text(value), op.device_id, answer.rev)
            assert answer.entry == read_entry(db.session, patient_id, op.day)
            sent.append((op, answer))
        for (day, foot, name), (value, _device, _rev) in stands.items():
            assert to_text(read_entry(db.session, patient_id, day).value(foot, name)) == value  # type: ignore[arg-type]
        expected = sum(len(values) for op, _ in sent for values in op.sets.values())
        assert check_history(db.session, patient_id) == expected


def expected_superseded(
    op: Op, stands: dict[tuple[object, str, str], tuple[str | None, UUID | None, int]]
) -> set[tuple[str, str, str | None]]:
    found = set()
    for foot, values in op.sets.items():
        for name, value in values.items():
            before = stands.get((op.day, foot, name))
            if before is None or op.seen_rev is None:
                continue
            text, device, rev = before
            if rev > op.seen_rev and device != op.device_id and text != to_text(value):
                found.add((foot, name, text))
    return found
