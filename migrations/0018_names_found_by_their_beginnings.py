"""by which letters the people of a practitioner's list are found

Revision: 0018, after: 0017
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, normalize

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TEXT = sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql")
_PEOPLE_AT_ONCE = 200
_REFERS = "fk_name_beginning_share_id_triage"
_AS_TYPED = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u2010": "-", "\u2013": "-"})
_PLAIN = {"ł": "l", "ø": "o", "đ": "d", "ı": "i"}
_UNSPACED = (("\u3005", "\u3007"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7a3"))


def upgrade() -> None:
    """Add the table, with the beginnings of the names that the lists have now."""
    # In PostgreSQL a reference locks the lists: it comes last, so that no entry waits while the names are read.
    last = op.get_context().dialect.name == "postgresql"
    refers = sa.ForeignKeyConstraint(["share_id"], ["triage.share_id"], name=op.f(_REFERS), ondelete="CASCADE")
    table = op.create_table(
        "name_beginning",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("beginning", _TEXT, nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name_key", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("share_id", "beginning", name=op.f("pk_name_beginning")),
        *(() if last else (refers,)),
        sqlite_with_rowid=False,
    )
    in_order = ["practitioner_id", "beginning", "place", "name_key", "share_id"]
    op.create_index("ix_name_beginning_in_order", "name_beginning", in_order)
    _fill(table)
    if last:
        op.execute("LOCK TABLE triage IN SHARE ROW EXCLUSIVE MODE")
        # Of shares that ended meanwhile.
        op.execute("DELETE FROM name_beginning WHERE share_id NOT IN (SELECT share_id FROM triage)")
        op.create_foreign_key(op.f(_REFERS), "name_beginning", "triage", ["share_id"], ["share_id"], ondelete="CASCADE")


def downgrade() -> None:
    """Drop it: the release before reads the names themselves."""
    op.drop_table("name_beginning")


def _fill(table: sa.Table) -> None:
    uuid, text = sa.Uuid(), sa.String()
    listed = sa.table(
        "triage",
        *(sa.column("share_id", uuid), sa.column("practitioner_id", uuid)),
        *(sa.column("place", sa.Integer()), sa.column("name_key", text)),
    )
    people = op.get_bind().execute(sa.select(*listed.c).where(listed.c.name_key != "")).all()
    for at in range(0, len(people), _PEOPLE_AT_ONCE):
        some = people[at : at + _PEOPLE_AT_ONCE]
        op.bulk_insert(
            table,
            [{"beginning": one, **row._asdict()} for row in some for one in sorted(_beginnings(row.name_key))],
        )


# As services/panel_names.py had it when this was written.


def _beginnings(key: str) -> set[str]:
    return {word[:end] for word in _words(key) for end in range(1, min(len(word), 120) + 1)}


def _words(key: str) -> Iterator[str]:
    for word in key.translate(_AS_TYPED).split():
        joined = word.replace("'", "").replace("-", "")
        yield from (
            _folded(word) or word,
            _folded(joined),
            *(_folded(word[at:]) for at in range(1, len(word)) if _is_start(word, at)),
        )


def _is_start(word: str, at: int) -> bool:
    unspaced = word[at] >= "\U00020000" or any(first <= word[at] <= last for first, last in _UNSPACED)
    after_sign = category(word[at - 1])[0] in "PS"
    return category(word[at])[0] not in "PS" and (after_sign or (unspaced and len(word) <= 12))


def _folded(word: str) -> str:
    parts = "".join(normalize("NFKD", _PLAIN.get(letter, letter)) for letter in word)
    return "".join(part for part in parts if not "\u0300" <= part <= "\u036f")
