"""What changed since an earlier audit, read back from its JSON report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from base import UsageError
from compliance.baseline import compare, compared, read_baseline
from compliance.finding import LEFT_OUT, AuditResult
from compliance.report.as_json import to_data, to_json
from tests.small_results import finding, result


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """Write the JSON report of a result and return its path."""

    def write(now: AuditResult) -> Path:
        path = tmp_path / "earlier.json"
        path.write_text(to_json(now), encoding="utf-8")
        return path

    return write


EARLIER = result(
    finding("a:1", "violated"),
    finding("a:2", "undetermined"),
    finding("a:3", "satisfied"),
    finding("a:4", "satisfied"),
    finding("b:1", "violated"),
    finding("c:1", "violated"),
    design_sha256="1",
)
NOW = result(
    finding("a:1", "satisfied"),
    finding("a:2", "violated"),
    finding("a:3", "violated"),
    finding("a:4", "inapplicable"),
    finding("b:1", "inapplicable", reason=LEFT_OUT),
    design_sha256="2",
    as_of="2026-02-01",
)


def test_states_and_changed_verdicts(told: Any) -> None:
    found = compare(read_baseline(told(EARLIER)), NOW)
    assert {item.provision: (item.state, item.before, item.now) for item in found.findings} == {
        "a:3": ("new", "satisfied", "violated"),
        "a:2": ("open", "undetermined", "violated"),
        "b:1": ("open", "violated", None),
        "c:1": ("open", "violated", None),
        "a:1": ("fixed", "violated", "satisfied"),
    }
    assert [item.provision for item in found.other] == ["a:4"]
    assert found.states == {"new": 1, "open": 3, "waived": 0, "fixed": 1, "regressed": 0}
    assert found.totals == EARLIER.totals
    gone = next(item for item in found.findings if item.provision == "c:1")
    assert (gone.title, gone.reason) == ("what c:1 asks", "not judged in this audit")


def test_a_report_with_a_baseline_hands_on_what_was_fixed(told: Any) -> None:
    second = compared(NOW, read_baseline(told(EARLIER)))
    assert second.findings == NOW.findings
    third = result(finding("a:1", "violated"), design_sha256="3")
    found = compare(read_baseline(told(second)), third)
    states = {item.provision: (item.state, item.citation) for item in found.findings}
    assert states["a:1"] == ("regressed", "Law a:1")
    assert states["c:1"] == ("open", "Law c:1"), "not judged for two audits, and still owed"


def test_notes_tell_what_else_differs(told: Any) -> None:
    found = compare(read_baseline(told(EARLIER)), NOW)
    assert "law as of 2026-01-01 then, 2026-02-01 now" in found.notes
    assert "not all judged now: B" in found.notes
    same = compare(read_baseline(told(EARLIER)), EARLIER)
    assert same.notes == ("the design file is the same",)
    assert not same.other
    assert all(item.before == item.now for item in same.findings)
    other = EARLIER.model_copy(update={"design": {"name": "Other"}})
    assert any(
        "another name: Hut" in line for line in compare(read_baseline(told(EARLIER)), other).notes
    )


def test_without_a_baseline_there_is_no_such_key(told: Any) -> None:
    assert "baseline" not in to_data(NOW)
    data = to_data(compared(NOW, read_baseline(told(EARLIER))))
    assert data["baseline"]["source"]["file"] == "earlier.json"
    assert AuditResult.model_validate(json.loads(json.dumps(data))).baseline is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff\xfe",
        b'{"design": {"name": "A"}, "as_of": 3}',
        b"[" * 100_000,
        to_json(NOW).replace('"violated"', '"guilty"').encode(),
        to_json(NOW).encode()[:-100],
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(UsageError) as problem:
        read_baseline(path)
    assert "x.json" in str(problem.value)
    assert "is not the JSON report of an audit" in str(problem.value)
    assert len(str(problem.value)) < 500
