"""``bathylex design`` and ``bathylex audit`` with surveys: one JSON, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compliance.scoring.dataset import SCORED
from distill.batch import subsets
from examples import examples
from tests.small_student import as_structure, complete_design, write_student, write_surveys
from workbench.cli import run

AS_OF = ("--as-of", "2026-01-01")
REEF = next(str(path) for path in examples() if path.stem == "florida_reef")
MODALITIES = ("acoustic", "legal", "sensor", "structure")
KEYS = [
    "inputs", "parameters", "compliance", "emergencies", "violations", "likely",
    "recommendations", "undetermined", "abstained", "stale", "predicted_design",
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own corpus folder out: it would replace the embedded texts."""
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_student(tmp_path_factory.mktemp("student") / "student.safetensors"))


@pytest.fixture
def surveys(tmp_path: Path) -> dict[str, Path]:
    return write_surveys(tmp_path)


@pytest.fixture
def scored(student: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Score surveys and return the JSON that is alone on stdout."""

    def ask(*arguments: str) -> Any:
        assert run(["design", *arguments, "--student", student, *AS_OF, "--json"]) == 0
        return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)

    return ask


def options(surveys: dict[str, Path], *names: str) -> list[str]:
    return [word for name in names for word in (f"--{name}", str(surveys[name]))]


@pytest.mark.parametrize("names", list(subsets(MODALITIES)), ids="+".join)
def test_any_set_of_surveys_is_scored(
    names: tuple[str, ...], surveys: dict[str, Path], scored: Callable[..., Any]
) -> None:
    found = scored(*options(surveys, *names))
    assert list(found) == KEYS
    assert found["inputs"]["modalities"] == list(names)
    assert list(found["inputs"]["files"]) == list(names)
    for one in found["inputs"]["files"].values():
        assert len(one["sha256"]) == 64 and "/" not in one["file"]
    assert [one["id"] for one in found["compliance"]] == list(SCORED)
    for one in found["compliance"]:
        assert {"binds", "probability", "answer", "conformal_set", "thresholds"} <= one.keys()
        assert one["answer"] in ("compliant", "violated", "abstain", "not_binding")
    sources = {one["source"] for one in found["predicted_design"].values()}
    assert sources <= {"stated", "estimated"}
    assert isinstance(found["undetermined"], int)


def test_the_same_inputs_give_the_same_bytes(
    student: str, surveys: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [*options(surveys, *MODALITIES), "--site=-37.8,-31.5", "--student", student, *AS_OF]
    files = [tmp_path / "one.json", tmp_path / "deep" / "two.json"]
    for path in files:
        assert run(["design", *given, "-o", str(path), "--json"]) == 0
    printed = capsys.readouterr().out.encode()
    one, two = (path.read_bytes() for path in files)
    assert one == two and printed == one + two


def test_negative_positions_are_plain_arguments(
    surveys: dict[str, Path], scored: Callable[..., Any]
) -> None:
    found = scored(*options(surveys, "sensor"), "--site", "-12.5,-77.9")
    assert found["inputs"]["site"] == {"latitude": -12.5, "longitude": -77.9}
    assert next(one for one in found["compliance"] if one["id"] == "US_OCSLA")["binds"] == 0


def test_a_complete_structure_is_answered_by_the_rules(
    tmp_path: Path, scored: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    tree = as_structure(complete_design("Azores", seed=1), safety_zone__radius="600 m")
    paths = write_surveys(tmp_path, tree)
    found = scored(*options(paths, "acoustic", "structure"))
    assert {one["by"] for one in found["compliance"]} == {"rules"}
    answers = {one["id"]: one["answer"] for one in found["compliance"]}
    assert answers["UNCLOS"] == "violated" and answers["ENGINEERING"] == "compliant"
    design = tmp_path / "design.json"
    design.write_text(json.dumps(tree))
    run(["audit", str(design), *AS_OF, "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    violated = {one["rule"] for one in findings if one["verdict"] == "violated"}
    assert {one["rule"] for one in found["violations"]} == violated
    assert found["undetermined"] == 0


def test_a_summary_is_printed_and_the_file_written(
    student: str, surveys: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    surveys["structure"].write_text('{"purpose": "energy", "safety_zone": {"radius": "600 m"}}')
    path = tmp_path / "out.json"
    given = [*options(surveys, "structure", "sensor"), "--site", "37.84,-31.52", *AS_OF]
    assert run(["design", *given, "--student", student, "-o", str(path)]) == 0
    shown = capsys.readouterr().out
    for words in ("Hull thickness", "UNCLOS", "violated", "Remedy: reduce the safety zone", "by"):
        assert words in shown
    assert json.loads(path.read_text())["violations"][0]["rule"] == "unclos-60-5-width"


def test_an_assertion_of_the_structure_replaces_the_resolver(
    surveys: dict[str, Path], scored: Callable[..., Any]
) -> None:
    tree = {"purpose": "energy", "site": {"zone": "high_seas"}}
    surveys["structure"].write_text(json.dumps(tree))
    found = scored(*options(surveys, "structure"), "--site", "37.84,-31.52")
    assert next(one for one in found["compliance"] if one["id"] == "EU_MSFD")["binds"] == 0


# Bad input

IMAGE = np.full((64, 64), -30.0, dtype=np.float32)
ARRAYS: dict[str, Any] = {
    "flat": np.zeros(64),
    "linear": np.full((64, 64), 4000.0),
    "small": np.zeros((4, 4)),
    "empty of numbers": np.full((64, 64), np.nan),
}
TEXTS = {
    "acoustic": {"text": b"no array", "nothing": b"", "cut": b"\x93NUMPY\x01\x00v\x00{'descr'"},
    "legal": {
        "broken pdf": b"%PDF-1.7\nnothing",
        "nothing": b"",
        "no words": b"1 2 3",
        "bytes": b"\xff\xfe\x00\x01",
    },
    "sensor": {
        "no csv": b"\x00\x01\x02",
        "unknown column": b"time,pressure\n0,1\n1,2\n2,3\n",
        "ragged": b"time,noise_db\n0,110\n1\n2,110\n",
        "few rows": b"time,noise_db\n0,110\n",
        "words for numbers": b"time,noise_db\n0,loud\n1,louder\n2,loudest\n",
        "impossible": b"time,noise_db\n0,110\n1,9999\n2,110\n",
    },
    "structure": {
        "no json": b"{",
        "a list": b"[]",
        "unknown key": b'{"safety_zon": {}}',
        "no unit": b'{"safety_zone": {"radius": 500}}',
        "impossible": b'{"site": {"latitude": 95}}',
        "report": b'{"report": 5}',
    },
}
CASES = [
    *((name, kind, content) for name, kinds in TEXTS.items() for kind, content in kinds.items()),
    *(("acoustic", kind, array) for kind, array in ARRAYS.items()),
]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail with one line, and return the line."""
    assert run(list(arguments)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("bathylex: ") and printed.err.count("\n") == 1
    return printed.err


@pytest.mark.parametrize(("name", "kind", "content"), CASES, ids=lambda one: str(one)[:20])
def test_a_file_that_cannot_be_used_is_one_line_and_nothing_is_written(
    name: str,
    kind: str,
    content: Any,
    student: str,
    surveys: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if isinstance(content, bytes):
        surveys[name].write_bytes(content)
    else:
        np.save(surveys[name], content)
    kept = tmp_path / "kept.json"
    kept.write_text("before")
    for path in (tmp_path / "new.json", kept):
        line = refused(
            capsys,
            *("design", *options(surveys, *MODALITIES), "--student", student, "-o", str(path)),
        )
        assert surveys[name].name in line
    assert not (tmp_path / "new.json").exists() and kept.read_text() == "before"


def test_a_broken_pdf_is_refused_by_its_own_reader(
    student: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "law.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing more")
    assert "corrupt PDF" in refused(
        capsys, "design", "--legal", str(path), "--student", student, "--json"
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "no survey is given"),
        (("--acoustic", "line.npy"), "nowhere to write"),
        (("--acoustic", "absent.npy", "--json"), "no such file"),
        (("--acoustic", ".", "--json"), "not a regular file"),
        (("--sensor", "node.csv", "--json", "--site", "north"), "not a position"),
        (("--sensor", "node.csv", "--json", "--site", "95,0"), "impossible latitude"),
        (("--sensor", "node.csv", "--json", "--as-of", "soon"), "not a date"),
        (("--sensor", "node.csv", "--json", "--corpus", "absent"), "absent"),
        (("--sensor", "node.csv", "--json", "--sonar", "x"), "No such option"),
        (("--structure", "placed.json", "--json", "--site", "1,2"), "the structure states"),
        (("--sensor", "node.csv", "-o", "node.csv/out.json"), "cannot be written"),
    ],
)
def test_bad_usage_is_one_line(
    more: tuple[str, ...],
    words: str,
    student: str,
    surveys: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("placed.json").write_text('{"site": {"latitude": 37.84, "longitude": -31.52}}')
    assert words in refused(capsys, "design", *more, "--student", student)


@pytest.mark.parametrize("content", [b"", b"no weights", None])
def test_a_student_that_is_none_is_refused(
    content: bytes | None,
    surveys: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    given = (*options(surveys, "sensor"), "--student", str(path), "--json")
    assert "weights.safetensors" in refused(capsys, "design", *given)
    assert "weights.safetensors" in refused(capsys, "audit", REEF, *given)


@pytest.mark.parametrize("command", [("design",), ("audit", REEF)])
def test_without_an_installed_student_one_line_says_so(
    command: tuple[str, ...],
    surveys: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("compliance.scoring.shipped._shipped", lambda: tmp_path / "none")
    line = refused(capsys, *command, *options(surveys, "sensor"), "--json")
    assert "no student is installed" in line and "--student FILE" in line


# Audits with surveys


def test_estimates_change_no_verdict(
    student: str, surveys: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(["audit", REEF, *AS_OF, "--json"])
    plain = capsys.readouterr().out
    given = options(surveys, "acoustic", "legal", "sensor")
    assert run(["audit", REEF, *AS_OF, *given, "--student", student, "--json"]) == status
    found = json.loads(capsys.readouterr().out)
    assert "estimates" not in json.loads(plain)
    estimates = found.pop("estimates")
    assert set(found["inputs"].pop("surveys")["files"]) == {"acoustic", "legal", "sensor"}
    assert found == json.loads(plain)
    undetermined = [
        one for one in found["findings"] if one["verdict"] == "undetermined" and one["rule"]
    ]
    assert [one["rule"] for one in estimates] == [one["rule"] for one in undetermined]
    for one, finding in zip(estimates, undetermined, strict=True):
        assert [fact["fact"] for fact in one["facts"]] == finding["missing"]
        assert one["source"] == "estimated" and 0 <= one["met"] <= 1
        for fact in one["facts"]:
            assert fact["source"] in ("estimated", "unknown")
            assert (fact["source"] == "unknown") != bool({"probability", "estimate"} & set(fact))


def test_reports_show_estimates_apart_and_only_where_asked(
    student: str, surveys: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [*options(surveys, "sensor"), "--student", student, "-o", str(tmp_path / "with")]
    run(["audit", REEF, *AS_OF, *given])
    shown = " ".join(capsys.readouterr().out.split())
    run(["audit", REEF, *AS_OF, "-o", str(tmp_path / "without")])
    plain = capsys.readouterr().out
    assert "Estimates, not verdicts" in shown and "No verdict rests on these figures" in shown
    page, bare = (
        (tmp_path / name / "florida_reef.html").read_text() for name in ("with", "without")
    )
    assert '<section id="estimates">' in page and "applies with a probability of" in page
    assert "Estimates, not" not in plain and "estimates" not in bare


def test_a_student_without_a_survey_is_a_slip(
    student: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "without a survey" in refused(capsys, "audit", REEF, "--student", student)
