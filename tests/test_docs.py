"""Examples in docstrings and pages give what they say; the site builds without a broken link."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import skip_or_fail
from tests.test_house import FLOORS

PROJECT = Path(__file__).resolve().parent.parent


def _with_examples() -> list[str]:
    return sorted(
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for floor in FLOORS
        for path in (PROJECT / floor).rglob("*.py")
        if ">>> " in path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("name", _with_examples())
def test_examples_of_docstrings_run(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name.removesuffix(".__init__")))
    assert found.failed == 0
    assert found.attempted


@pytest.mark.parametrize("path", sorted((PROJECT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_examples_of_pages_run(path: Path) -> None:
    assert doctest.testfile(str(path), module_relative=False).failed == 0


def test_the_site_builds_with_every_page_and_no_broken_link(tmp_path: Path) -> None:
    if importlib.util.find_spec("mkdocs") is None:
        skip_or_fail("no mkdocs: pip install '.[docs]'")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=PROJECT, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    for page in (PROJECT / "docs").glob("*.md"):
        folder = tmp_path / "site" / ("" if page.stem == "index" else page.stem)
        assert (folder / "index.html").exists()
