"""What may be read over somebody's shoulder: subject, sender and beginning of every mail say nothing about health."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import delete, select

from firststep.extensions import db
from firststep.mail.message import Letter
from firststep.mail.writing import compile_mjml
from firststep.models import AccessEvent, Day, Episode, FootDay, Patient, Pause, Plan
from firststep.services import audit
from firststep.services.outbox import LIST_KINDS
from firststep.settings import ROOT
from tests.cast import CANARY_NAME, CANARY_NOTE, NOW, TODAY, Cast
from tests.support.letters import EVERY_KIND, write

HEALTH_WORDS = re.compile(
    r"pain|heel|foot|feet|fasci|plantar|step\b|steps|stretch|nsaid|ibuprofen|diclofenac|naproxen|drug|dose|mg\b"
    r"|acupunct|needl|treatment|therap|patient|practitioner|doctor|\bdr\b|cho\b|clinic|symptom|diagnos|relief|relapse"
    r"|health|disease|condition|injur|walk|orthop|score|average|baseline",
    re.IGNORECASE,
)
# The sealed end of the address that stops the mails: its letters are drawn by lot, "mg" may be among them.
_RANDOM = re.compile(r"(?<=/unsubscribe/)\S+")
# What a lock screen or a list of mails shows of the beginning.
SHOWN = 120
#: The Monday of the last whole week.
WEEK_BEGINS = TODAY - timedelta(days=TODAY.weekday() + 7)


def shown_first(letter: Letter) -> list[str]:
    """Return what is shown of a mail before it is opened: from its text, and from its HTML as mailboxes read it."""
    page = BeautifulSoup(letter.html, "html5lib")
    assert page.body is not None
    # What stands for a picture is read too.
    for picture in page.find_all("img"):
        picture.replace_with(str(picture["alt"]))
    body = " ".join(page.body.get_text(" ", strip=True).split())
    return [letter.subject, letter.text[:SHOWN], body[:SHOWN]]


def without_name(text: str) -> str:
    """Return the text without the product's name, which is one word and no step, and without what is no word at all."""
    return _RANDOM.sub("", text.replace("Firststep", ""))


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("detailed", [False, True])
def test_nothing_that_shows_before_opening_speaks_of_health(app: Flask, cast: Cast, kind: str, detailed: bool) -> None:
    letter = write(app, cast, kind, detailed=detailed)
    for shown in shown_first(letter) if kind in LIST_KINDS else [letter.subject]:
        assert not HEALTH_WORDS.search(without_name(shown)), shown
    sender = app.config["SETTINGS"].mail_from
    assert not HEALTH_WORDS.search(without_name(sender))


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("detailed", [False, True])
def test_no_mail_loads_anything_from_elsewhere_or_carries_notes(
    app: Flask, cast: Cast, kind: str, detailed: bool
) -> None:
    letter = write(app, cast, kind, detailed=detailed)
    page = BeautifulSoup(letter.html, "html5lib")
    assert page.find_all(["script", "iframe", "object", "video", "form", "picture", "source"]) == []
    # A picture travels in the mail itself.
    shown = [str(picture["src"]) for picture in page.find_all("img")]
    assert shown == ([letter.picture.src] if letter.picture else [])
    assert all(src.startswith("cid:") for src in shown)
    assert page.find_all(attrs={"srcset": True}) == page.find_all(attrs={"background": True}) == []
    assert [link["href"] for link in page.find_all("link")] == []
    assert "url(" not in letter.html
    assert "@import" not in letter.html
    assert CANARY_NOTE not in letter.text + letter.html
    assert CANARY_NAME not in letter.subject
    hrefs = [str(link["href"]) for link in page.find_all("a")]
    assert all(href.startswith("http://localhost") for href in hrefs)
    # The text part is no poor relation: each address of the HTML part is in it.
    assert [href for href in hrefs if href not in letter.text] == []


#: What goes to practitioners names the reasons of their list, and a number for each.
TO_PRACTITIONERS = {"monday_counts"}


@pytest.mark.parametrize("kind", sorted(set(LIST_KINDS) - TO_PRACTITIONERS))
def test_the_short_letter_has_no_health_word_anywhere(app: Flask, cast: Cast, kind: str) -> None:
    letter = write(app, cast, kind, detailed=False)
    body = BeautifulSoup(letter.html, "html5lib").body
    assert body is not None
    assert not HEALTH_WORDS.search(without_name(letter.text))
    assert not HEALTH_WORDS.search(without_name(body.get_text(" ")))


@pytest.mark.parametrize("kind", ["weekly_summary", "weekly_question"])
@pytest.mark.parametrize("detailed", [False, True])
def test_a_monthly_letter_is_as_discreet_and_says_that_it_is_about_a_month(
    app: Flask, cast: Cast, kind: str, detailed: bool
) -> None:
    letter = write(app, cast, kind, detailed=detailed, monthly=True)
    for shown in shown_first(letter):
        assert not HEALTH_WORDS.search(without_name(shown)), shown
    assert "week" not in letter.subject
    assert "month" in letter.subject
    if kind == "weekly_summary":
        assert letter.subject == "Your monthly summary (1-30 Nov)"
        assert " of 30 days logged." in letter.text
    else:
        assert "Nothing was logged last month" in letter.text


#: What praises, comforts, warns or pushes.
NOT_NEUTRAL = re.compile(
    r"[!?]|\b(sorry|unfortunately|sadly|worse|worst|bad|alarm\w*|danger\w*|good|great|well done|keep|congrat\w*|should"
    r"|must|failed|missed|only|streak|goal)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("before", "now"), [(20, 90), (90, 20), (40, 45), (40, 40)])
def test_a_good_and_a_bad_week_are_told_in_the_same_neutral_words_with_at_most_one_thing_to_do(
    app: Flask, cast: Cast, before: int, now: int
) -> None:
    with app.app_context():
        for table in (Day, FootDay):
            db.session.execute(delete(table).where(table.patient_id == cast.ana))
        for first, pain, days in (
            (WEEK_BEGINS - timedelta(days=7), before, range(7)),
            (WEEK_BEGINS, now, (0, 1, 4, 6)),
        ):
            for offset in days:
                on = first + timedelta(days=offset)
                db.session.add(FootDay(patient_id=cast.ana, day=on, foot="right", first_step_pain=pain))
        db.session.commit()
    text = write(app, cast, "weekly_summary", detailed=True, logs=False).text
    body = " ".join(line for line in text.partition("Log today")[0].splitlines())
    assert not NOT_NEUTRAL.search(re.sub(r"http\S+", "", body)), body
    things = re.findall(r"(When to have it looked at|Fill in): (\S+)", body)
    # The third day is the first without an entry.
    fill_in = ("Fill in", f"http://localhost/log/{WEEK_BEGINS + timedelta(days=2)}")
    look = ("When to have it looked at", "http://localhost/when-to-see-someone")
    assert things == [look if now - before >= 20 else fill_in]


@pytest.mark.parametrize("left", ["nothing", "before they began", "left empty", "a pause"])
def test_nobody_is_asked_to_fill_in_days_that_the_log_does_not_ask_about(app: Flask, cast: Cast, left: str) -> None:
    begins = WEEK_BEGINS
    with app.app_context():
        ana = db.session.get_one(Patient, cast.ana)
        if left == "before they began":
            for table in (Day, FootDay):
                db.session.execute(delete(table).where(table.patient_id == cast.ana))
        elif left == "left empty":
            ana.left_empty_until = begins + timedelta(days=3)
        elif left == "a pause":
            ends = begins + timedelta(days=3)
            db.session.add(Pause(patient_id=ana.id, day=begins - timedelta(days=2), ends_on=ends))
        for offset in (4, 6):
            day = FootDay(patient_id=ana.id, day=begins + timedelta(days=offset), foot="right", first_step_pain=30)
            db.session.add(day)
        db.session.commit()
    text = write(app, cast, "weekly_summary", detailed=True, logs=False).text
    assert "2 of 7 days logged." in text
    said, first = ("5 days were", 0) if left == "nothing" else ("1 day was", 5)
    assert f"{said} not logged. Fill in: http://localhost/log/{begins + timedelta(days=first)}\n" in text


def test_the_detailed_monthly_letter_tells_the_end_of_the_month_and_counts_its_days(app: Flask, cast: Cast) -> None:
    with app.app_context():
        # The month's last day, and some days of which the last seven are four.
        for day in (25, 26, 27, 30):
            db.session.add(FootDay(patient_id=cast.ana, day=TODAY.replace(day=day), foot="right", first_step_pain=20))
        db.session.add(Day(patient_id=cast.ana, day=TODAY.replace(day=25), nsaid_taken=True))
        db.session.commit()
    text = write(app, cast, "weekly_summary", detailed=True, monthly=True).text
    assert "In the month's last 7 days your first-step pain averaged 2.0. Against the end of the month before:" in text
    assert "NSAID: 1 of " in text
    assert "(the month before " in text
    assert "the week before" not in text


def test_a_month_whose_last_days_are_few_has_no_mean_however_many_were_before(app: Flask, cast: Cast) -> None:
    # The month's diary ends on the 22nd.
    text = write(app, cast, "weekly_summary", detailed=True, monthly=True).text
    assert "No mean of your first-step pain: that needs 4 entries in 7 days. 18 of 30 days logged." in text


def test_every_template_compiles_without_a_warning(app: Flask) -> None:
    import mrml

    frame = (ROOT / "templates" / "mail" / "_frame.mjml").read_text(encoding="utf-8")
    names = [path.stem for path in (ROOT / "templates" / "mail").glob("*.mjml") if path.stem != "_frame"]
    assert {"weekly_summary", "weekly_question", "account"} <= set(names)
    for name in names:
        part = (ROOT / "templates" / "mail" / f"{name}.mjml").read_text(encoding="utf-8")
        assert mrml.to_html(frame.replace("<!-- letter -->", part)).warnings == []
        assert "mj-" not in re.sub(r"mj-(column|outlook|group)\S*", "", compile_mjml(app, name))


def test_a_name_in_the_detailed_letter_is_text_and_no_markup(app: Flask, cast: Cast) -> None:
    with app.app_context():
        actor = audit.Actor(
            user_id=cast.cho_user, name='<b onclick="x">Cho</b>', now=NOW - timedelta(days=3), key=b"k" * 32
        )
        audit.record(db.session, actor, cast.ana, "viewed_charts", share_id=cast.share)
        db.session.commit()
    letter = write(app, cast, "weekly_summary", detailed=True)
    assert "&lt;b onclick=" in letter.html
    assert "<b onclick" not in letter.html
    assert 'Viewed by: <b onclick="x">Cho</b>, 1 time; nobody else.' in letter.text
    with app.app_context():
        trail = db.session.query(AccessEvent).one()
        assert dict(letter.headers) == {"X-Access-Record": f"1 {trail.hash}"}


@pytest.mark.parametrize(
    ("plan", "pause", "said"),
    [
        (None, None, "Stretching: 2 of 3 answered days."),
        # Three sets on seven days; a yes without a number stands for what was planned.
        ({"sets_per_day": 3}, None, "Stretching: 4 of 21 planned sets."),
        ({"sets_per_day": 3, "interval_days": 2}, None, "Stretching: 1 of 12 planned sets."),
        ({"sets_per_day": 3}, (1, 6), "Stretching: 1 of 3 planned sets."),
        # Without an answer on a day of the plan nothing is said about it.
        ({"sets_per_day": 3, "ends_on": WEEK_BEGINS - timedelta(days=1)}, None, "Stretching: 2 of 3 answered days."),
    ],
    ids=["no plan", "daily", "every second day", "a pause", "a plan that ended"],
)
def test_stretching_is_told_against_the_plan(
    app: Flask, cast: Cast, plan: dict[str, Any] | None, pause: tuple[int, int] | None, said: str
) -> None:
    with app.app_context():
        db.session.execute(delete(Day).where(Day.patient_id == cast.ana))
        on = [WEEK_BEGINS + timedelta(days=offset) for offset in range(7)]
        days = {"patient_id": cast.ana}
        db.session.add_all(
            [
                Day(**days, day=on[0], stretch_done=True, stretch_sets=1),
                Day(**days, day=on[3], stretch_done=True),
                Day(**days, day=on[6], stretch_done=False),
            ]
        )
        if plan:
            db.session.add(Plan(patient_id=cast.ana, day=on[0] - timedelta(days=14), preset="own", **plan))
        if pause:
            db.session.add(Pause(patient_id=cast.ana, day=on[pause[0]], ends_on=on[pause[1]]))
        db.session.commit()
    assert said in write(app, cast, "weekly_summary", detailed=True, logs=False).text


@pytest.mark.parametrize(
    ("logged", "said"),
    [
        # The week's mean is the one of its last day: of what was entered on Monday to Thursday, as long as the diary
        # goes on after Sunday. Where it does not, there is no such day in it yet.
        ((0, 1, 2, 3, 7), "Your first-step pain averaged 2.5."),
        ((0, 1, 2, 3), "No mean of your first-step pain yet: on the last day of this week nothing is entered."),
        ((0, 1, 2, 6), "Your first-step pain averaged 3.0."),
        ((0, 1, 2), "No mean of your first-step pain: that needs 4 entries in 7 days."),
    ],
)
def test_the_mean_of_the_week_is_that_of_its_last_day(
    app: Flask, cast: Cast, logged: tuple[int, ...], said: str
) -> None:
    with app.app_context():
        for table in (Day, FootDay):
            db.session.execute(delete(table).where(table.patient_id == cast.ana))
        for offset in logged:
            day = WEEK_BEGINS + timedelta(days=offset)
            pain = 10 * (offset + 1) if offset < 6 else 60
            db.session.add(FootDay(patient_id=cast.ana, day=day, foot="right", first_step_pain=pain))
        db.session.commit()
    assert said in write(app, cast, "weekly_summary", detailed=True, logs=False).text


@pytest.mark.parametrize(
    ("start", "before", "now", "said"),
    [
        (80, 60, 30, "Against the week before: 3.0 lower, against your start: 5.0 lower."),
        (
            60,
            50,
            45,
            "Against the week before: 0.5 lower (within day-to-day variation), "
            "against your start: 1.5 lower (within day-to-day variation).",
        ),
        (
            50,
            20,
            45,
            "Against the week before: 2.5 higher, against your start: 0.5 lower (within day-to-day variation).",
        ),
        (40, 40, 40, "Against the week before: the same, against your start: the same."),
    ],
)
def test_what_is_within_day_to_day_variation_is_said_of_each_difference(
    app: Flask, cast: Cast, start: int, before: int, now: int, said: str
) -> None:
    with app.app_context():
        for table in (Day, FootDay):
            db.session.execute(delete(table).where(table.patient_id == cast.ana))
        episode = db.session.scalars(select(Episode).where(Episode.patient_id == cast.ana)).one()
        for first, pain in (
            (episode.starts_on - timedelta(days=7), start),
            (WEEK_BEGINS - timedelta(days=7), before),
            (WEEK_BEGINS, now),
        ):
            for offset in range(7):
                on = first + timedelta(days=offset)
                db.session.add(FootDay(patient_id=cast.ana, day=on, foot="right", first_step_pain=pain))
        db.session.commit()
    assert said in " ".join(write(app, cast, "weekly_summary", detailed=True, logs=False).text.split())


@pytest.mark.parametrize("days_after", [0, 1, 9])
def test_a_week_is_not_compared_with_a_baseline_that_is_not_before_its_end(
    app: Flask, cast: Cast, days_after: int
) -> None:
    with app.app_context():
        episode = db.session.scalars(select(Episode).where(Episode.patient_id == cast.ana)).one()
        # The baseline is the mean of the day before.
        episode.starts_on = WEEK_BEGINS + timedelta(days=6 + days_after)
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana))
        for offset in range(-7, 20):
            day, pain = WEEK_BEGINS + timedelta(days=offset), 70 if offset < 7 else 30
            db.session.add(FootDay(patient_id=cast.ana, day=day, foot="right", first_step_pain=pain))
        db.session.commit()
    said = " ".join(write(app, cast, "weekly_summary", detailed=True, logs=False).text.split())
    assert "Your first-step pain averaged 7.0. Against the week before: the same" in said
    assert ("against your start: the same" in said) == (days_after == 0)


@pytest.mark.parametrize(
    ("logged", "monthly", "said"),
    [
        (7, False, "Your pain over the day averaged 4.0. Against the week before: 1.5 lower, against your start: 3.0"),
        (7, True, "In the month's last 7 days your pain over the day averaged 4.0."),
        (3, False, "No mean of your pain over the day: that needs 4 entries in 7 days."),
        (3, True, "No mean of your pain over the day: that needs 4 entries in 7 days."),
        (5, False, "No mean of your pain over the day yet: on the last day of this week nothing is entered."),
        (5, True, "No mean of your pain over the day yet: on the last day of this month nothing is entered."),
    ],
)
def test_who_logs_only_pain_over_the_day_is_told_about_it(
    app: Flask, cast: Cast, logged: int, monthly: bool, said: str
) -> None:
    ends = date(2026, 11, 30) if monthly else WEEK_BEGINS + timedelta(days=6)
    with app.app_context():
        episode = db.session.scalars(select(Episode).where(Episode.patient_id == cast.ana)).one()
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana))
        weeks = ((episode.starts_on - timedelta(days=7), 70, 7), (ends - timedelta(days=13), 55, 7))
        for first, pain, days in (*weeks, (ends - timedelta(days=6), 40, logged)):
            for offset in range(days):
                on = first + timedelta(days=offset)
                db.session.add(FootDay(patient_id=cast.ana, day=on, foot="right", average_pain=pain))
        db.session.commit()
    letter = write(app, cast, "weekly_summary", detailed=True, logs=False, monthly=monthly)
    assert said in " ".join(letter.text.split())
    # And drawn: the same sentence is what the picture says by ear.
    assert letter.picture is not None
    assert said in letter.picture.alt


@pytest.mark.parametrize(
    ("weeks", "start", "said"),
    [
        (2, 80, "2 weeks since the start. The range that a clinic reported for acupuncture begins at week 3."),
        (
            5,
            80,
            "5 weeks since the start. Range from your start by what a clinic reported for acupuncture, weeks 3-6: "
            "2.2 to 5.6.",
        ),
        (
            9,
            80,
            "9 weeks since the start. Your start minus the average fall of 5.8 that a clinic reported for acupuncture: "
            "2.2.",
        ),
        (
            9,
            50,
            "9 weeks since the start. The average fall of 5.8 that a clinic reported for acupuncture is more than your "
            "start.",
        ),
    ],
)
def test_what_follows_from_the_own_start_is_not_called_what_a_clinic_reported(
    app: Flask, cast: Cast, weeks: int, start: int, said: str
) -> None:
    with app.app_context():
        episode = db.session.scalars(select(Episode).where(Episode.patient_id == cast.ana)).one()
        episode.starts_on = WEEK_BEGINS + timedelta(days=6 - 7 * weeks)
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ana))
        for back in range(1, 8):
            day = episode.starts_on - timedelta(days=back)
            db.session.add(FootDay(patient_id=cast.ana, day=day, foot="right", first_step_pain=start))
        db.session.commit()
    letter = write(app, cast, "weekly_summary", detailed=True)
    assert f"{said} Grade E: clinic-reported, not peer-reviewed" in " ".join(letter.text.split())


@pytest.mark.parametrize("monthly", [False, True])
def test_the_fullest_detailed_letter_has_at_most_120_words(app: Flask, cast: Cast, monthly: bool) -> None:
    with app.app_context():
        ana = db.session.get_one(Patient, cast.ana)
        ana.feet = "both"
        for row in db.session.scalars(select(FootDay).where(FootDay.patient_id == ana.id)).all():
            db.session.add(FootDay(patient_id=ana.id, day=row.day, foot="left", first_step_pain=90, average_pain=80))
        db.session.add(Plan(patient_id=ana.id, day=TODAY - timedelta(days=60), preset="own", sets_per_day=12))
        for name in ("Dr Cho", "Dr Dee"):
            actor = audit.Actor(user_id=cast.cho_user, name=name, now=NOW - timedelta(days=3), key=b"k" * 32)
            audit.record(db.session, actor, cast.ana, "viewed_charts", share_id=cast.share)
        db.session.commit()
    letter = write(app, cast, "weekly_summary", detailed=True, monthly=monthly)
    body = letter.text.partition("\n-- \n")[0]
    words = [word for word in body.split() if not word.startswith("http")]
    assert 40 < len(words) <= 120
