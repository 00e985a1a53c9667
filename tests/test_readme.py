"""What the README shows is what a user gets."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from workbench.cli import run


def test_the_example_of_the_readme_prints_what_it_says(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```text\n\$ bathylex (audit [^\n]+)\n(.*?)```", text, re.DOTALL)
    assert found is not None
    monkeypatch.setenv("COLUMNS", "96")
    monkeypatch.chdir(project)
    command = [str(tmp_path) if word == "out" else word for word in shlex.split(found[1])]
    assert run(command) == 1
    printed = {line.rstrip() for line in capsys.readouterr().out.splitlines()}
    shown = [line for line in found[2].splitlines() if line and line != "..."]
    assert len(shown) > 20
    assert [line for line in shown if line not in printed] == []
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".html"}


@pytest.mark.parametrize("page", ["README.md", "docs/whatif.md"])
def test_comparisons_print_what_the_pages_say(
    page: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (project / page).read_text(encoding="utf-8").replace("\\\n", "")
    examples = re.findall(r"```text\n\$ bathylex (whatif [^\n]+)\n(.*?)```", text, re.DOTALL)
    assert examples
    monkeypatch.setenv("COLUMNS", "96")
    monkeypatch.chdir(project)
    for command, shown in examples:
        assert run(shlex.split(command)) == 1
        printed = {line.rstrip() for line in capsys.readouterr().out.splitlines()}
        wanted = [line for line in shown.splitlines() if line and line != "..."]
        assert [line for line in wanted if line not in printed] == []


def test_the_readme_links_to_files_that_exist(project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert targets
    assert [target for target in targets if not (project / target).exists()] == []


def test_the_python_example_of_the_readme_runs(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    monkeypatch.chdir(project)
    exec(compile(found[1], "README.md", "exec"), {})
    assert "UNCLOS Art." in capsys.readouterr().out


def test_the_survey_example_of_the_readme_prints_what_it_says(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (project / "README.md").read_text(encoding="utf-8").replace("\\\n", "")
    found = re.search(r"```text\n\$ bathylex (design [^\n]+)\n(.*?)```", text, re.DOTALL)
    assert found is not None
    monkeypatch.setenv("COLUMNS", "96")
    monkeypatch.chdir(project)
    command = [word.replace("out/", f"{tmp_path}/") for word in shlex.split(found[1])]
    assert run(command) == 0
    printed = {line.rstrip() for line in capsys.readouterr().out.splitlines()}
    # Probabilities may differ in the last digit between machines: names and answers may not.
    table = [line.split()[0] for line in found[2].splitlines() if line.split()]
    assert {"UNCLOS", "ISA", "EU_MSFD", "Hull"} <= set(table)
    shown = [line for line in found[2].splitlines() if line and line != "..."]
    assert len([line for line in shown if line in printed]) >= len(shown) - 3
