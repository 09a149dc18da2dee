"""Unsubscribing and deleting while the letter is queued: nobody gets it. `make soak ROUNDS=1000` chooses how many."""

from __future__ import annotations

import os

import pytest
from flask import Flask

from bench.reports import write_report
from tests.cast import Cast
from tests.mail.races import run_races
from tests.support.databases import runs_on_postgresql

pytestmark = pytest.mark.soak


def test_nobody_who_changed_their_mind_in_time_gets_a_letter(app: Flask, cast: Cast) -> None:
    count = int(os.environ.get("ROUNDS") or 200)
    races = run_races(app, count)
    found = {
        "letters": races.letters,
        "races_while_queued": len(races.queued),
        "of_them": dict(races.by_way),
        "sent_of_those": races.sent_while_queued,
        "races_while_on_the_way": len(races.on_the_way),
        "sent_of_those_on_the_way": races.sent_while_on_the_way,
        "races_when_it_was_over": races.over,
        "not_answered_as_the_database_was_busy": races.unanswered,
        "others_missing": races.others_missing,
        "others_twice": races.others_twice,
    }
    write_report(f"mail_races-{'postgresql' if runs_on_postgresql() else 'sqlite'}", found)
    assert len(races.queued) == count
    assert races.sent_while_queued == 0
    assert (races.others_missing, races.others_twice) == (0, 0)
