"""What a page must be, whatever it says: accessible, within the screen, large enough to tap."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from firststep.settings import ROOT

COLOUR_RULES = ["color-contrast", "link-in-text-block"]
#: The rules of WCAG 2.2 up to AA, without what is only good practice for whole pages.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_RUN_AXE = """
async (rules) => {
  const options = { resultTypes: ["violations"], elementRef: false };
  const found = await axe.run(document, rules.length ? { ...options, runOnly: rules } : options);
  const said = (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`);
  return found.violations.flatMap(said);
}
"""

# Words in the very colour of their ground are no fault for axe: they could be hidden on purpose.
_UNSEEN = """
async () => {
  const found = await axe.run(document, { runOnly: ["color-contrast"], elementRef: false });
  return found.incomplete.flatMap((rule) => rule.nodes.map((node) => `unseen: ${node.target} ${node.any[0].message}`));
}
"""

# A link within a sentence is exempt (WCAG 2.5.8); a box or a radio button is tapped by its label too.
_SMALL_TARGETS = """
() => {
  const LEAST = 44;
  const inSentence = (element) =>
    getComputedStyle(element).display === "inline" &&
    [...element.closest("p, li, dd, td, label, summary, figcaption")?.childNodes ?? []].some(
      (node) => node !== element && !node.contains(element) && node.textContent.trim() !== "");
  const boxOf = (element) => {
    const parts = [element, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect());
    const length = (from, to) =>
      Math.max(...parts.map((part) => part[to])) - Math.min(...parts.map((part) => part[from]));
    return { width: length("left", "right"), height: length("top", "bottom") };
  };
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".skip");
  return [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
    .filter((element) => shown(element) && !(element.matches("a") && inSentence(element)))
    .map((element) => [element, boxOf(element)])
    .filter(([, box]) => box.height < LEAST - 0.5 || box.width < LEAST - 0.5)
    .map(([element, { width, height }]) => {
      const written = element.outerHTML.replace(/\\s+/g, " ").slice(0, 160);
      return `tap target ${Math.round(width)}×${Math.round(height)}: ${written}`;
    });
}
"""

_TOO_WIDE = """
() => {
  const width = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth;
  return wide > width ? [`scrolls sideways: ${wide} in ${width}`] : [];
}
"""


@cache
def axe_source() -> str:
    """Return the accessibility rules as a script."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def problems(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands, one line each."""
    found: list[str] = _axe(page, [])
    return found + page.evaluate(_TOO_WIDE) + page.evaluate(_SMALL_TARGETS)


def colour_problems(page: Page) -> list[str]:
    """Return what is wrong with the page's colours: all that another colour scheme of the same page can change."""
    return _axe(page, COLOUR_RULES)


def mail_problems(page: Page) -> list[str]:
    """Return what is wrong with a mail, which has no landmarks: a mail program puts it into a page of its own."""
    return [*_axe(page, WCAG), *page.evaluate(_UNSEEN), *page.evaluate(_TOO_WIDE)]


def _axe(page: Page, rules: list[str]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    found: list[str] = page.evaluate(_RUN_AXE, rules)
    return found
