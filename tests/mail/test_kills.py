"""A worker that is killed with -9 while it delivers loses nothing, and repeats at most the one mail it was in."""

from __future__ import annotations

from flask import Flask

from tests.cast import Cast
from tests.mail.kills import run_kills
from tests.support.smtp import Post, post

__all__ = ["post"]


def test_killed_workers_lose_nothing_and_repeat_at_most_one_mail_each(app: Flask, cast: Cast, post: Post) -> None:
    report = run_kills(app, post, mails=24, kills=2)
    assert report.kills == 2
    assert report.lost == 0
    assert 1 <= report.repeated <= report.kills
    assert report.ids_of_repeats_differ == 0
