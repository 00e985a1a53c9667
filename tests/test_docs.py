"""Examples in docstrings and pages give what they say; the site has every page that it names."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
import yaml

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


def test_the_site_names_pages_that_exist() -> None:
    def pages(node: object) -> list[str]:
        if isinstance(node, str):
            return [node]
        items = node.values() if isinstance(node, dict) else node
        return [page for item in items for page in pages(item)]  # type: ignore[union-attr]

    settings = yaml.safe_load((PROJECT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert [page for page in pages(settings["nav"]) if not (PROJECT / "docs" / page).exists()] == []
