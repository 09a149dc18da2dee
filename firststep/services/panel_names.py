"""Finds people in practitioners' lists by the beginning of a word of their name, however many have it.

Letters are compared without case, width and accents. A word begins after a space, a hyphen or an apostrophe as well;
what is joined by these may be typed in one; and a short name in Chinese, Japanese or Korean letters, which has no
space before the given name, is found from each of its letters on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import dropwhile
from typing import Any, Final
from unicodedata import category, normalize
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, insert, literal, or_, select
from sqlalchemy.orm import Session, aliased

from firststep.models import NameBeginning, Triage
from firststep.models.names import LONGEST_BEGINNING

#: What of a row of the list its beginnings are made from.
SOURCE: Final = (Triage.share_id, Triage.practitioner_id, Triage.place, Triage.name_key)
_AS_TYPED: Final = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u2010": "-", "\u2013": "-"})
_JOINTS: Final = str.maketrans("", "", "'-")
# Letters with a stroke or without a dot are of one piece, and typed without it all the same.
_PLAIN: Final = {"ł": "l", "ø": "o", "đ": "d", "ı": "i"}
_ACCENTS: Final = ("\u0300", "\u036f")
# Kana, Chinese characters and Korean syllables.
_UNSPACED: Final = (("\u3005", "\u3007"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7a3"))
_UNSPACED_BEYOND: Final = "\U00020000"
# A longer one is a sentence: it would have a row for each two of its letters.
_LONGEST_UNSPACED: Final = 12
#: Of as many with a beginning or more, it does not matter how many there are.
_MANY: Final = 100


def beginnings(key: str) -> set[str]:
    """Return each beginning of each word of a name, which comes as ``name_key`` makes it."""
    return {word[:end] for word in _words(key) for end in range(1, min(len(word), LONGEST_BEGINNING) + 1)}


def asked_words(key: str) -> list[str]:
    """Return the words that somebody asks for as they stand among beginnings; "Lopez, Ana" asks without the comma.

    A hyphen parts words, because "Anna-Maria" is also written without one. ``key`` comes as ``name_key`` makes it. A
    word with which another one begins is left out: it asks for nothing more.
    """
    typed = (part.rstrip(",") for word in key.translate(_AS_TYPED).split() for part in _parted(word))
    words = sorted(filter(None, (_folded(part)[:LONGEST_BEGINNING] for part in typed)), key=len)
    return [word for at, word in enumerate(words) if not any(longer.startswith(word) for longer in words[at + 1 :])]


def named(session: Session, practitioner_id: UUID, words: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Go through the conditions under which a beginning is that of a person who has all of these words.

    The rarest word is what the index is asked for; of several words it costs a statement to know which that is.
    """
    rarest = _rarest(session, practitioner_id, words)
    yield NameBeginning.practitioner_id == practitioner_id
    yield NameBeginning.beginning == rarest
    if len(words) > 1:
        # Counted, and not joined once for each: PostgreSQL would ponder in which order to join them.
        of_person = aliased(NameBeginning)
        also = (of_person.share_id == NameBeginning.share_id, of_person.beginning.in_(words))
        yield select(func.count()).where(*also).scalar_subquery() == len(words)


def keep(session: Session, row: Row[UUID, UUID, int, str]) -> None:
    """Let the beginnings be those of this row of the list, ``SOURCE``, which the transaction has written or locked."""
    own = NameBeginning.share_id == row.share_id
    # They are only ever written all together: one that stands right is enough to know of the others.
    same = exists().where(own, NameBeginning.place == row.place, NameBeginning.name_key == row.name_key)
    if session.scalar(select(same)):
        return
    session.execute(delete(NameBeginning).where(own).execution_options(synchronize_session=False))
    found = beginnings(row.name_key)
    if found:
        of_row = row._asdict()
        session.execute(insert(NameBeginning), [{"beginning": one, **of_row} for one in found])


def astray(session: Session, *, most: int) -> Sequence[UUID]:
    """Return the shares whose beginnings are not those of their row: an earlier release does not keep them."""
    own = NameBeginning.share_id == Triage.share_id
    same = exists().where(own, NameBeginning.place == Triage.place, NameBeginning.name_key == Triage.name_key)
    found = or_(and_(Triage.name_key != "", ~same), and_(Triage.name_key == "", exists().where(own)))
    return session.scalars(select(Triage.share_id).where(found).limit(most)).all()


def mend(session: Session, share_id: UUID) -> None:
    """Make the beginnings of one share anew."""
    row = session.execute(select(*SOURCE).where(Triage.share_id == share_id).with_for_update()).one_or_none()
    if row is not None:
        keep(session, row)


def _rarest(session: Session, practitioner_id: UUID, words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    counts = session.execute(select(*(_count(practitioner_id, word) for word in words))).one()
    return min(zip(counts, words, strict=True), key=lambda one: (one[0], -len(one[1])))[1]


def _count(practitioner_id: UUID, word: str) -> Any:
    mine = (NameBeginning.practitioner_id == practitioner_id, NameBeginning.beginning == word)
    some = select(literal(1).label("one")).where(*mine).limit(_MANY).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _words(key: str) -> Iterator[str]:
    for word in key.translate(_AS_TYPED).split():
        # Of nothing but accents they are kept: whoever has a name has a beginning.
        yield _folded(word) or word
        joined = word.translate(_JOINTS)
        if joined != word:
            yield _folded(joined)
        for start in _starts(word):
            yield _folded(word[start:])


def _parted(word: str) -> Iterator[str]:
    first, *others = word.split("-")
    yield first
    for part in others:
        # Within a word nobody is found from a sign on, only from the letter behind it.
        yield "".join(dropwhile(_is_sign, part))


def _starts(word: str) -> Iterator[int]:
    """Go through the places within a word where somebody may begin to type a part of the name."""
    short = len(word) <= _LONGEST_UNSPACED
    for at in range(1, len(word)):
        before, letter = word[at - 1], word[at]
        if not _is_sign(letter) and (_is_sign(before) or (short and _is_unspaced(letter))):
            yield at


def _is_sign(letter: str) -> bool:
    return category(letter)[0] in "PS"


def _is_unspaced(letter: str) -> bool:
    return letter >= _UNSPACED_BEYOND or any(first <= letter <= last for first, last in _UNSPACED)


def _folded(word: str) -> str:
    # Letter by letter, so that what a word begins with is what its folded form begins with.
    return "".join(map(_plain, word))


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    parts = normalize("NFKD", _PLAIN.get(letter, letter))
    return "".join(part for part in parts if not _ACCENTS[0] <= part <= _ACCENTS[1])
