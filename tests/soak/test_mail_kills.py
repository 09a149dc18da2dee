"""Many killed workers: how many mails are lost, how many come twice. `make soak ROUNDS=200` chooses the number."""

from __future__ import annotations

import os
from dataclasses import asdict

import pytest
from flask import Flask

from bench.reports import write_report
from tests.cast import Cast
from tests.mail.kills import run_kills
from tests.support.databases import runs_on_postgresql
from tests.support.smtp import Post, post

__all__ = ["post"]

pytestmark = pytest.mark.soak


def test_no_mail_is_lost_over_many_kills(app: Flask, cast: Cast, post: Post) -> None:
    kills = int(os.environ.get("ROUNDS") or 40)
    report = run_kills(app, post, mails=25 * kills, kills=kills)
    database = "postgresql" if runs_on_postgresql() else "sqlite"
    write_report(f"mail_kills-{database}", asdict(report))
    assert report.kills == kills
    assert report.lost == 0
    assert report.repeated <= report.kills
    assert report.ids_of_repeats_differ == 0
