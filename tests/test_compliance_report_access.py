"""The HTML reports read by keyboard and screen reader, checked by axe in a browser."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html

from compliance.report.formats import render
from compliance.report.whatif_html import to_html as comparison_page
from compliance.whatif import Place, Variant, whatif
from tests.report_cases import HOSTILE, background, example, hostile
from tests.test_compliance_audit import book, design

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def report() -> bytes:
    return render("html", example("florida_reef").result, background=background("florida_reef"))


def comparison() -> bytes:
    variants = [Variant(site=Place(10.4, -117.2)), Variant(changes=(("purpose", "military"),))]
    made = whatif(design(), book(), variants, as_of=date(2026, 1, 1))
    return comparison_page(made).encode()


PAGES = {
    "an audit": report,
    "hostile text": lambda: render("html", hostile(HOSTILE[0] * 20)),
    "a comparison": comparison,
}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        opened = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield opened
        opened.close()


@pytest.mark.parametrize("name", list(PAGES))
def test_axe_finds_no_fault(name: str, browser: Browser, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "page.html"
    path.write_bytes(PAGES[name]())
    page = browser.new_page(viewport={"width": 1000, "height": 900}, bypass_csp=True)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: errors.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
    found = Axe().run(page)
    told = [
        f"{item['id']} ({item['impact']}): {item['nodes'][0]['html'][:200]}"
        for item in found.response["violations"]
    ]
    page.close()
    assert told == []
    assert errors == [path.as_uri()], "the page itself, and nothing else, is asked for"


def test_the_keyboard_reaches_the_verdict_first(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(report())
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.goto(path.as_uri())
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent")
    box = page.evaluate("document.activeElement.getBoundingClientRect().left")
    page.close()
    assert focused == "To the verdict"
    assert box >= 0, "the link shows when it has the focus"


@pytest.mark.parametrize("name", list(PAGES))
def test_headings_tables_and_links_are_in_order(name: str) -> None:
    root = html.fromstring(PAGES[name]().decode())
    assert root.get("lang") == "en"
    levels = [int(item.tag[1]) for item in root.iter("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for head in root.iter("th"):
        assert head.get("scope") in ("col", "row")
    ids = {item.get("id") for item in root.iter() if item.get("id")}
    for link in root.iter("a"):
        assert link.get("href", "").removeprefix("#") in ids
