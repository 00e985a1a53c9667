"""The house stands: imports point downward only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

#: From the top down: a folder may import itself and what stands after it.
FLOORS = (
    "workbench",
    "coastal",
    "compliance",
    "jurisdictions",
    "habitat",
    "corpus",
    "optimize",
    "distill",
    "base",
)


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("folder", FLOORS)
def test_imports_point_downward(folder: str, project: Path) -> None:
    allowed = set(FLOORS[FLOORS.index(folder) :])
    for path in (project / folder).rglob("*.py"):
        upward = (_imports(path) & set(FLOORS)) - allowed
        assert not upward, f"{path.relative_to(project)} imports {sorted(upward)}"


def test_every_package_is_listed_for_setuptools(project: Path) -> None:
    import tomllib

    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"])
    found = {
        ".".join(path.parent.relative_to(project).parts)
        for folder in (*FLOORS, "examples")
        for path in (project / folder).rglob("__init__.py")
    }
    assert listed == found
