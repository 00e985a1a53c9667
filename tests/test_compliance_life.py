"""The life of a finding: what begins it, what ends it, and what does not."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.finding import LEFT_OUT, Conflict, State, Verdict
from compliance.life import carried, judged, lives, next_state
from jurisdictions.regimes import CUSTOM_LEFT_OUT
from tests.small_results import finding, result

VERDICTS = get_args(Verdict)


@pytest.mark.parametrize(
    ("verdicts", "states"),
    [
        ("violated violated satisfied satisfied", "new open fixed fixed"),
        ("satisfied violated", "None new"),
        ("violated satisfied violated violated", "new fixed regressed open"),
        ("violated inapplicable undetermined", "new fixed regressed"),
        ("undetermined violated waived violated", "new open waived open"),
        ("violated waived satisfied violated", "new waived fixed regressed"),
        ("waived waived satisfied", "waived waived fixed"),
        ("violated satisfied waived", "new fixed waived"),
        ("open_norm violated open_norm satisfied open_norm", "None new open fixed fixed"),
        ("violated overridden", "new fixed"),
    ],
)
def test_states_over_successive_audits(verdicts: str, states: str) -> None:
    state: State | None = None
    for verdict, expected in zip(verdicts.split(), states.split(), strict=True):
        state = next_state(state, verdict)  # type: ignore[arg-type]
        assert str(state) == expected


def test_a_duty_that_only_policy_overrides_is_still_owed() -> None:
    conflict = Conflict(
        kind="bounds", facts=(), rules=("a:1#rule", "b:1#rule"), provisions=(), citations=(),
        titles=(), quotes=(), resolution="policy", winners=("b:1#rule",),
        overridden=("a:1#rule",), still_owed=("a:1#rule",), claims=(), permission=None,
        applies=True, reason="",
    )  # fmt: skip
    findings = (finding("a:1", "overridden"), finding("a:2", "overridden"))
    found = lives({}, result(*findings, design_sha256="", conflicts=(conflict,)))
    assert [item.state for item in found.values()] == ["new", None]


@given(st.lists(st.sampled_from(VERDICTS), min_size=1))
def test_a_life_says_what_was_owed_before(verdicts: list[Verdict]) -> None:
    state: State | None = None
    ever_owed = False
    for verdict in verdicts:
        before, state = state, next_state(state, verdict)
        owed = verdict in ("violated", "undetermined")
        assert (state == "new") == (owed and not ever_owed)
        assert (state == "regressed") == (owed and before == "fixed")
        assert (state == "waived") == (verdict == "waived")
        if verdict in ("satisfied", "inapplicable"):
            assert state == ("fixed" if ever_owed else None)
        ever_owed = ever_owed or owed or verdict == "waived"
        assert (state is not None) == ever_owed


@pytest.mark.parametrize("reason", [LEFT_OUT, f"{CUSTOM_LEFT_OUT}; the State is no party"])
def test_what_an_audit_leaves_out_is_not_mended(reason: str) -> None:
    assert not judged("inapplicable", reason)
    now = result(finding("a:1", "inapplicable", reason=reason), design_sha256="")
    found = lives({("a:1", "a:1#rule"): "new", ("gone:1", ""): "waived"}, now)
    assert found["a:1", "a:1#rule"].state == "open"
    assert found["a:1", "a:1#rule"].finding is None
    assert found["gone:1", ""].state == "waived"


def test_silence_starts_no_life() -> None:
    now = result(finding("a:1", "inapplicable", reason=LEFT_OUT), design_sha256="")
    assert [item.state for item in lives({}, now).values()] == [None]
    assert carried("fixed") == "fixed"
