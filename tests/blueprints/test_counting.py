"""Being counted is the patient's own switch: given and taken back per share, in the trail, and effective at once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.models import AccessEvent, Share
from firststep.services import audit
from firststep.services.consents import consent_standings
from firststep.web.trail import sealing_key
from tests import factories
from tests.cast import Browser, Cast


def page(cast: Cast) -> str:
    return f"/share/{cast.share}/counting"


def choose(browser: Browser, cast: Cast, counts: str) -> int:
    return browser.post(page(cast), data={"counts": counts}).status_code


def holds(app: Flask, cast: Cast) -> bool:
    with app.app_context():
        standing = consent_standings(db.session, cast.ana_user).get("cohort_use")
        return standing is not None and standing.holds


def trail(app: Flask, cast: Cast) -> list[str]:
    with app.app_context():
        audit.verify(db.session, cast.ana, key=sealing_key())
        of_ana = select(AccessEvent.what).where(AccessEvent.patient_id == cast.ana).order_by(AccessEvent.seq)
        return list(db.session.scalars(of_ana))


def test_it_is_given_and_taken_back(app: Flask, ana: Browser, cho: Browser, cast: Cast) -> None:
    assert "You are not counted." in ana.get(page(cast)).text
    assert "Nobody to count" in cho.get("/practice/cohort").text
    assert choose(ana, cast, "yes") == 303
    assert "You are counted." in ana.get(page(cast)).text
    assert "Counted without your name" in ana.get("/share").text
    assert "1 person with a diary" in cho.get("/practice/cohort").text
    assert holds(app, cast)
    assert choose(ana, cast, "no") == 303
    # In the same second.
    assert "Nobody to count" in cho.get("/practice/cohort").text
    assert not holds(app, cast)
    assert trail(app, cast) == ["share_counted", "share_not_counted"]
    log = ana.get("/share/log").text
    assert "You allowed to be counted in the results of the practice" in log
    assert "You took back being counted in the results of the practice" in log


def test_the_share_itself_goes_on(ana: Browser, cho: Browser, cast: Cast) -> None:
    choose(ana, cast, "yes")
    choose(ana, cast, "no")
    assert cho.get(f"/practice/{cast.share}").status_code == 200


def test_the_same_answer_again_changes_nothing(app: Flask, ana: Browser, cast: Cast) -> None:
    assert choose(ana, cast, "no") == 303
    choose(ana, cast, "yes")
    choose(ana, cast, "yes")
    assert trail(app, cast) == ["share_counted"]


def test_another_share_that_counts_keeps_the_consent(app: Flask, ana: Browser, cast: Cast) -> None:
    with app.app_context():
        patient, dee = (
            db.session.get_one(factories.Patient, cast.ana),
            db.session.get_one(factories.Practitioner, cast.dee),
        )
        factories.make_share(db.session, patient, dee).cohort_use = True
        db.session.commit()
    choose(ana, cast, "yes")
    choose(ana, cast, "no")
    assert holds(app, cast)
    assert "Count me nowhere" in ana.get("/settings/consents").text
    assert ana.post("/share/counting/stop").status_code == 303
    assert not holds(app, cast)
    assert "Count me nowhere" not in ana.get("/settings/consents").text
    with app.app_context():
        assert db.session.scalars(select(Share.cohort_use).distinct()).all() == [False]
    assert trail(app, cast)[-1] == "share_not_counted"


@pytest.mark.parametrize("state", ["stopped", "expired", "withdrawn"])
def test_an_ended_share_has_no_switch(app: Flask, ana: Browser, cast: Cast, state: str) -> None:
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(state=state))
        db.session.commit()
    assert ana.get(page(cast)).status_code == 404
    assert choose(ana, cast, "yes") == 303
    assert trail(app, cast) == []


def test_anything_but_yes_and_no_is_no_answer(app: Flask, ana: Browser, cast: Cast) -> None:
    assert [choose(ana, cast, "maybe"), ana.post(page(cast)).status_code] == [400, 400]
    assert trail(app, cast) == []
