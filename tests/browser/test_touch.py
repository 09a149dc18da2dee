"""A touch of an explored chart on a phone: all that it says can be read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, expect

from firststep.extensions import db
from firststep.models import Dose
from tests.browser.conftest import OpenPage
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.browser


def inside(box: Locator, ground: Locator) -> bool:
    """Tell whether a box lies within the width of its ground."""
    a, b = box.bounding_box(), ground.bounding_box()
    assert a is not None
    assert b is not None
    return a["x"] >= b["x"] - 1 and a["x"] + a["width"] <= b["x"] + b["width"] + 1


def test_doses_by_ingredient_are_read_on_a_tap(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    with app.app_context():
        for at in range(0, 49, 2):
            for product in ("paracetamol", "naproxen_sodium", "ibuprofen"):
                db.session.add(Dose(patient_id=cast.ana, day=TODAY - timedelta(days=at), product=product, dose_mg=500))
        db.session.commit()
    page = open_phone(cast.ana_user)
    page.goto("/progress?chart=nsaid")
    page.get_by_role("button", name="Explore").tap()
    plot = page.locator("#nsaid [data-chart-plot]")
    expect(plot).to_be_visible()
    expect(page.locator("[data-chart-status]")).to_have_text("Touch the chart, or point at it, to read values.")
    place = plot.bounding_box()
    assert place is not None
    page.touchscreen.tap(place["x"] + place["width"] * 0.7, place["y"] + place["height"] * 0.5)
    said = plot.locator(".hoverlayer .legend")
    expect(said).to_contain_text("Paracetamol (acetaminophen)")
    expect(said).to_contain_text("The week around")
    assert inside(said, plot)
    # Over bars and lines the names in the chart have the chart's ground around their letters.
    label = plot.locator(".annotation-text").first
    assert label.evaluate("(text) => getComputedStyle(text).paintOrder").startswith("stroke")
    assert label.evaluate("(text) => getComputedStyle(text).strokeWidth") == "3px"
