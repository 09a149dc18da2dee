"""Many killed workers: how many mails are lost, how many come twice. `make soak ROUNDS=200` chooses the number."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from flask import Flask

from firststep.settings import ROOT
from tests.cast import Cast
from tests.mail.kills import run_kills
from tests.support.smtp import Post, post

__all__ = ["post"]

pytestmark = pytest.mark.soak


def test_no_mail_is_lost_over_many_kills(app: Flask, cast: Cast, post: Post) -> None:
    kills = int(os.environ.get("ROUNDS") or 40)
    report = run_kills(app, post, mails=25 * kills, kills=kills)
    folder = ROOT / "bench" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    name = f"mail_kills-{now:%Y-%m-%d-%H%M}.json"
    (folder / name).write_text(json.dumps({"at": now.isoformat(), **asdict(report)}, indent=2) + "\n")
    assert report.kills == kills
    assert report.lost == 0
    assert report.repeated <= report.kills
    assert report.ids_of_repeats_differ == 0
