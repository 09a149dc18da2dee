"""Names of drugs and what labels say are collected from their files, and shown in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from babel import Locale
from flask import Flask
from sqlalchemy import update

from firststep.clinical.nsaids import load_drugs
from firststep.extensions import db
from firststep.models import Day, Dose, Patient, User
from tests.cast import TODAY, Browser, Cast
from tests.support.pseudo_locale import LANGUAGE
from tests.support.visible import unmarked_of_page
from tools.messages import collect

pytestmark = pytest.mark.sqlite_only


def test_names_lines_and_sources_of_drugs_are_collected(tmp_path: Path) -> None:
    collected = collect(tmp_path / "messages.pot")
    drugs = load_drugs()
    texts = [drug.name for drug in drugs.every] + [line.text for line in drugs.lines]
    texts += [label.source for drug in drugs.every for label in drug.labels]
    assert [text for text in texts if text not in collected] == []


def test_the_log_with_every_kind_of_label_note_speaks_the_readers_language(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    noted = [
        Dose(product="ibuprofen", dose_mg=1400, prescribed_most_mg=None),
        Dose(product="aspirin", dose_mg=81, for_heart=True),
        Dose(product="naproxen", dose_mg=750),
        Dose(product="meloxicam", dose_mg=15, prescribed=True, prescribed_most_mg=10),
        Dose(product="paracetamol"),
        Dose(product="Arnica", form="other"),
        Dose(product="other"),
    ]
    gel = [Dose(product="diclofenac gel", form="gel", day=TODAY - timedelta(days=back)) for back in range(22)]
    with app.app_context():
        db.session.execute(update(User).values(locale=LANGUAGE))
        db.session.execute(update(Patient).values(country="US"))
        db.session.add_all(
            Day(patient_id=cast.ben, day=TODAY - timedelta(days=back), nsaid_taken=True) for back in range(11)
        )
        for dose in (*noted, *gel):
            dose.patient_id, dose.day = cast.ben, dose.day or TODAY
            db.session.add(dose)
        db.session.commit()
    page = ben.get("/log").get_data(as_text=True)
    assert page.count('class="label-note"') == 10
    countries = set(map(str, Locale.parse(LANGUAGE).territories.values()))
    allowed = {"Firststep", "Arnica", "Ben", *countries}
    assert unmarked_of_page(page, allowed) == []
