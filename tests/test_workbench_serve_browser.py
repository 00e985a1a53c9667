"""The workbench in a real browser: the whole path, and no serious fault of accessibility."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.small_workbench import TOKEN, Workbench, example, served, workbench

#: Slow machines are shared.
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with workbench(tmp_path_factory.mktemp("browser"), logged_in=False, port=0) as made:
        yield made


@pytest.fixture(scope="module")
def address(bench: Workbench) -> Iterator[str]:
    with served(bench.bench) as found:
        yield found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of a browser that is logged in; no script and no policy may fail on it."""
    context = browser.new_context(base_url=address, viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    opened.goto(f"/login?token={TOKEN}")
    yield opened
    context.close()
    # The browser tells every answer of 400 and more.
    assert [line for line in faults if "server responded with a status of 4" not in line] == []


def test_the_whole_path(page: Page, bench: Workbench) -> None:
    page.goto("/")
    page.select_option("#example", "florida_reef")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("status")).to_have_text("The design is in the register.")
    design = page.url.partition("?")[0]

    page.get_by_role("link", name="Edit", exact=True).click()
    radius, thickness = page.locator('[name="safety_zone.radius"]'), page.locator(
        '[name="hull.thickness"]'
    )  # fmt: skip
    radius.fill("0.2 nmi")
    thickness.fill("18")
    expect(page.locator('[id="n-safety_zone.radius"]')).to_have_text("= 370.4 m")
    expect(page.locator('[id="e-hull.thickness"]')).to_contain_text("expected a unit")
    expect(thickness).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("alert")).to_contain_text("1 value is not right")
    page.locator('[name="hull.thickness"]').fill("18 mm")
    expect(page.locator('[id="e-hull.thickness"]')).to_be_empty()
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("status")).to_have_text("Saved as a new version.")

    page.get_by_role("button", name="Audit version 2").click()
    page.wait_for_url(re.compile(r"/audits/\d+$"))
    audit = page.url
    expect(page.get_by_label("Verdict", exact=True).first).to_be_visible()
    page.select_option("#verdict", "violated")
    page.wait_for_url(re.compile("verdict=violated"))
    result = bench.register.result(int(audit.rpartition("/")[2]))
    expect(page.locator("article.finding")).to_have_count(len(result.by_verdict("violated")))

    page.goto(audit)
    page.get_by_role("link", name="Read the report").click()
    report = page.frame_locator("iframe")
    expect(report.get_by_role("heading", level=1)).to_have_text("Conch Reef lodge")
    # Its own style holds: the policy lets it through by its hash.
    colour = report.locator("header.title").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour == "rgb(11, 60, 93)"

    page.goto(f"{design}/compare")
    chart = page.locator("[data-map-shown] svg")
    chart.click(position={"x": 200, "y": 220})
    page.get_by_role("button", name="Closer").click()
    expect(page.locator("[data-map-shown] svg")).to_have_attribute("data-span", "12.0")
    page.locator("[data-map-shown] svg").click(position={"x": 500, "y": 100})
    sites = page.input_value("#sites").splitlines()
    assert len(sites) == 2
    assert page.locator("[data-marks] circle").count() == 3
    page.fill("#sets", "safety_zone.radius=600 m")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_url(re.compile(r"/comparisons/\d+$"))
    expect(page.locator("main > .scroll tbody tr")).to_have_count(3)
    assert sites[0].replace(",", ", ") in page.locator("main > .scroll").inner_text()

    page.goto(f"{design}/waivers?provision=unclos:194.1")
    page.fill("#who", "State")
    page.fill("#reason", "trial")
    page.get_by_role("button", name="Record the waiver").click()
    expect(page.get_by_role("status")).to_contain_text("The waiver is in the register")
    page.goto(design)
    page.get_by_role("button", name="Audit version 2").click()
    page.wait_for_url(re.compile(r"/audits/\d+$"))
    page.select_option("#state", "waived")
    page.wait_for_url(re.compile("state=waived"))
    expect(page.locator("article.finding")).to_have_count(1)

    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.goto("/law/unclos/60.5")
    expect(page.locator("section:target mark.k-bound").first).to_have_text("500 metres")
    page.get_by_role("button", name="Log out").click()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def test_the_path_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/login")
    page.fill("#token", TOKEN)
    page.get_by_role("button", name="Log in").click()
    page.select_option("#example", "us_shelf_energy")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Audit version").click()
    # The page of the job asks again by itself.
    page.wait_for_url(re.compile(r"/audits/\d+$"))
    page.select_option("#verdict", "violated")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("article.finding").first).to_be_visible()
    context.close()


@pytest.fixture(scope="module")
def paths(bench: Workbench, address: str) -> list[str]:
    """Every page there is, with something on it."""
    text = example("florida_reef").replace("Conch Reef lodge", "Lodge with everything")
    design = bench.add(text)
    audit = bench.audited(design)
    jobs = bench.bench
    from workbench.serve.pages.compare import queue_comparison
    from workbench.serve.pages.repair import queue_repair
    from workbench.serve.pages.waivers import waiver_of

    given = {"provision": "unclos:194.1", "who": "State", "reason": "trial"}
    jobs.grant(design, waiver_of(given), by="tests")
    jobs.sign(audit, who="A", statement="Reviewed.")
    bench.audited(design)
    compared = queue_comparison(jobs, design, {"sites": ["10.4,-117.2"]}, by="tests").id
    repair = queue_repair(jobs, design, keep=["hull"], move=False, complete=False, by="tests").id
    for job in (compared, repair):
        bench.answer(job)
    failed = bench.register.jobs.enqueue("audit", {"design": design}).id
    bench.register.jobs.cancel(failed)
    pages = ["", "/edit", "/file", "/compare", "/repair", "/waivers", "/history"]
    return [
        "/", "/designs/new", "/law", "/law?q=zone", "/law/unclos", "/law/unclos/60", "/register",
        "/api", "/nothing", "/login", f"/jobs/{failed}", f"/audits/{audit}",
        f"/audits/{audit}/read",
        f"/audits/{audit}?verdict=inapplicable", f"/comparisons/{compared}", f"/repairs/{repair}",
        *(f"/designs/{design}{page}" for page in pages),
    ]  # fmt: skip


def test_no_page_has_a_serious_fault_of_accessibility(page: Page, paths: list[str]) -> None:
    found: list[Any] = []
    for path in paths:
        page.goto(path)
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                nodes = [node["html"][:200] for node in fault["nodes"][:3]]
                found.append((path, fault["id"], nodes))
    assert found == []


def test_every_page_fits_a_phone_and_can_be_walked_by_keyboard(
    page: Page, paths: list[str]
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", path
        assert page.locator("h1").count() == 1, path
        assert page.title().endswith("bathylex")
