"""The HTML report as a browser shows it."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from compliance import AuditResult, audit
from compliance.report.html import to_html
from compliance.report.whatif_html import to_html as comparison_page
from compliance.whatif import Place, Variant, whatif
from corpus.digests import load_digests
from examples import examples
from habitat.load import load_design
from jurisdictions.compiler import rulebook_for

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> AuditResult:
    design = load_design(next(path for path in examples() if path.stem == "florida_reef"))
    return audit(design, rulebook_for(load_digests()), as_of=date(2026, 1, 1))


@pytest.fixture(scope="module")
def page(result: AuditResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(to_html(result), encoding="utf-8")
    return path


def run(chromium: str, page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    profile = page.parent / "profile"
    return subprocess.run(
        [chromium, *FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def test_the_browser_shows_every_section_and_violation(
    chromium: str, page: Path, result: AuditResult
) -> None:
    shown = run(chromium, page, "--dump-dom", "--enable-logging=stderr", "--v=0")
    assert not re.search(r"CONSOLE.*(error|refused|blocked)", shown.stderr, re.IGNORECASE)
    for section in ("site", "violations", "undetermined", "matrix", "open", "accounting", "inputs"):
        assert f'id="{section}"' in shown.stdout
    assert "<svg" in shown.stdout
    listed = re.findall(r'<article class="finding violated" id="f-([a-z0-9-]+)"', shown.stdout)
    assert listed == [finding.rule for finding in result.by_verdict("violated")]


def test_the_page_prints_to_pdf_with_its_verdict(chromium: str, page: Path) -> None:
    from pypdf import PdfReader

    target = page.with_suffix(".pdf")
    run(chromium, page, f"--print-to-pdf={target}", "--no-pdf-header-footer")
    reader = PdfReader(target)
    assert len(reader.pages) >= 3
    assert "Conch Reef lodge" in reader.pages[0].extract_text()
    assert "violated" in reader.pages[0].extract_text()


def widths(chromium: str, page: Path) -> tuple[int, int]:
    """Return how wide a page is in a narrow window, and how wide the window."""
    probe = page.with_name("probe.html")
    script = (
        "<script>document.title = document.documentElement.scrollWidth + '/' + innerWidth</script>"
    )
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", text)
    probe.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    shown = run(chromium, probe, "--window-size=500,900", "--dump-dom")
    found = re.search(r"<title>(\d+)/(\d+)</title>", shown.stdout)
    assert found is not None
    return int(found[1]), int(found[2])


def test_the_page_fits_a_narrow_window(chromium: str, page: Path) -> None:
    """No part of the page is wider than a phone, tables scroll inside their own box."""
    wide, window = widths(chromium, page)
    assert wide <= window


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    design = load_design(next(path for path in examples() if path.stem == "florida_reef"))
    variants = [
        Variant(site=Place(10.4, -117.2)),
        Variant(site=Place(-30.0, 175.0), changes=(("purpose", "military"),)),
        Variant(readings=("ocsla-1333-e-resources",)),
    ]
    found = whatif(design, rulebook_for(load_digests()), variants, as_of=date(2026, 1, 1))
    path = tmp_path_factory.mktemp("comparison") / "whatif.html"
    path.write_text(comparison_page(found, readings=found.readings), encoding="utf-8")
    return path


def test_the_browser_shows_a_comparison(chromium: str, comparison: Path) -> None:
    shown = run(chromium, comparison, "--dump-dom", "--enable-logging=stderr", "--v=0")
    assert not re.search(r"CONSOLE.*(error|refused|blocked)", shown.stderr, re.IGNORECASE)
    for section in ("map", "variants", "changes", "matrix", "readings", "limits", "inputs"):
        assert f'id="{section}"' in shown.stdout


def test_a_comparison_fits_a_narrow_window(chromium: str, comparison: Path) -> None:
    wide, window = widths(chromium, comparison)
    assert wide <= window
