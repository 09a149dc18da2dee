"""The tools of these tests, and the translators', on their own: they find what they are there to find."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import write_po

from tests.support.visible import unmarked_of_json, unmarked_of_page, unmarked_of_text
from tools.messages import collect, compile_catalogue, update
from tools.shell import Failed


@pytest.mark.parametrize(
    "escaped",
    [
        "<p>Saved</p>",
        "<p>⟦Saved⟧ today</p>",
        "<p>⟦Read the <a>terms</a>⟧ <a>now</a></p>",
        "<title>Progress</title>",
        '<a aria-label="Day before"></a>',
        '<img alt="A chart">',
        '<input placeholder="Your name">',
        '<input type="submit" value="Save">',
        '<p data-saved="Saved"></p>',
        '<p data-offline="No connection, try again."></p>',
        """<p data-point='{"label": "Worst day so far", "y": 8}'></p>""",
        "<svg><text>Baseline</text></svg>",
        "<p>3 November 2026</p>",
        "<p>⟦Not closed</p>",
    ],
)
def test_what_escaped_is_found(escaped: str) -> None:
    assert len(unmarked_of_page(escaped, ())) == 1


@pytest.mark.parametrize(
    "right",
    [
        '<p>⟦Read the <a href="/terms">terms</a>⟧.</p>',
        "<p>4 – 5.5 (10)</p>",
        "<p>3 novembro 2026</p>",
        "<p>Ana Canary: ⟦logged⟧</p>",
        '<p data-state="signed-out" data-src="/progress/figure.json"></p>',
        '<p data-push-key="BCRGfGZoWS9Kh-fa_oEBoQLKWSDe726scZVTDLxLmM"></p>',
        """<button data-again='{"product": "diclofenac gel", "dose_mg": null}'></button>""",
        '<input type="text" value="typed by somebody">',
        "<script>let saved = 1;</script><!-- a remark -->",
    ],
)
def test_what_is_marked_typed_or_a_number_is_left_alone(right: str) -> None:
    assert unmarked_of_page(right, ("Ana Canary",)) == []


def test_what_a_figure_shows_is_read_and_what_it_is_made_of_is_not() -> None:
    figure = {"data": [{"type": "scatter", "name": "Mean", "hovertemplate": "%{y} ⟦of 10⟧<extra></extra>"}]}
    assert list(unmarked_of_json(figure, ())) == ["name: Mean"]


def test_code_templates_and_benchmark_files_are_collected(tmp_path: Path) -> None:
    collected = collect(tmp_path / "messages.pot")
    assert "Saved." in collected
    assert "Skip to the content" in collected
    assert "The groups were not formed by chance, so they differ in more than their treatment." in collected
    assert ("%(count)s person", "%(count)s people") in {message.id for message in collected}
    assert not [message for message in collected if "Phys Ther 2014" in message.id]


def test_a_new_language_is_brought_up_to_date_and_compiled(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    written = Catalog(locale="de")
    written.add("Saved.", "Gespeichert.")
    with path.open("wb") as file:
        write_po(file, written)
    update(path, collect(tmp_path / "messages.pot"))
    assert compile_catalogue(path) == 1
    with path.with_suffix(".mo").open("rb") as file:
        assert read_mo(file).get("Saved.").string == "Gespeichert."
    assert "Skip to the content" in path.read_text(encoding="utf-8")


def test_a_translation_with_another_placeholder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    written = Catalog(locale="de")
    written.add("%(num)s of 10", "%(count)s von 10", flags=["python-format"])
    with path.open("wb") as file:
        write_po(file, written)
    with pytest.raises(Failed, match="num"):
        compile_catalogue(path)


def test_no_other_text_than_marked_is_empty() -> None:
    assert unmarked_of_text("⟦One⟧ 2 ⟦three⟧", ()) == []
