"""The house stands: imports point downward only, and start-up stays light."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
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
HEAVY = {"torch", "transformers", "spacy", "dwave", "dimod", "pint", "pydantic", "numpy"} | {
    "lxml", "networkx", "scipy", "shapely", "pyproj", "gsw", "jinja2", "pypdf", "rich", "pysat",
    "sqlalchemy", "alembic", "psycopg", "fastapi", "starlette", "uvicorn",
}  # fmt: skip


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


def _modules_after(code: str) -> set[str]:
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stderr.strip().splitlines()[-1])}


def test_help_imports_nothing_heavy() -> None:
    loaded = _modules_after("from workbench.cli import run\nassert run(['--help']) == 0")
    assert "click" in loaded
    assert not loaded & HEAVY


def test_audit_from_the_cache_loads_no_language_model(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = project / "examples" / "azores_vent_station.yaml"
    monkeypatch.setenv("BATHYLEX_CACHE", str(tmp_path))
    command = f"from workbench.cli import run\nassert run(['audit', {str(design)!r}]) in (0, 1, 3)"
    compared = command.replace("'audit'", "'whatif', '--site', '10,-40', '--as-of', '2020-01-01'")
    assert "spacy" in _modules_after(command), "the first audit has to compile the rules"
    heavy = {"spacy", "thinc", "torch", "transformers", "dwave", "ortools", "pysat", "matplotlib"}
    for again in (command, compared):
        assert not _modules_after(again) & heavy
