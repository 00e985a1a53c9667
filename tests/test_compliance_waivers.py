"""Waivers: in force they release, run out they do not, and each says what became of it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import BathylexError, WaiverError
from compliance import AuditResult, audit
from compliance.audit import assess
from compliance.finding import WORST_FIRST, Finding, worst
from compliance.proof.build import Prover
from compliance.report.html import to_html
from compliance.waivers import Waiver, check_waivers, load_waivers
from corpus.digests import load_digests
from examples import examples
from habitat.load import load_design
from jurisdictions.compiler import rulebook_for
from jurisdictions.rulebook import RuleBook

POWER = next(path for path in examples() if path.stem == "us_shelf_energy")
REEF = next(path for path in examples() if path.stem == "florida_reef")
DAY = date(2026, 1, 1)
WIDTH = "unclos-60-5-width"
GIVEN = {
    "provision": "unclos:60.5",
    "reason": "agreed",
    "who": "Coast Guard",
    "until": "2026-06-30",
}


@cache
def book() -> RuleBook:
    return rulebook_for(load_digests())


def waiver(**keys: Any) -> Waiver:
    return Waiver.model_validate({**GIVEN, **keys})


def audited(*waivers: Waiver, path: Path = POWER, as_of: date = DAY) -> AuditResult:
    return audit(load_design(path), book(), as_of=as_of, waivers=waivers)


def finding(result: AuditResult, rule: str = WIDTH) -> Finding:
    return next(item for item in result.findings if item.rule == rule)


def test_a_waiver_in_force_keeps_what_the_violation_would_have_been() -> None:
    before, result = finding(audited()), audited(waiver())
    after = finding(result)
    assert (before.verdict, after.verdict) == ("violated", "waived")
    for name in ("margin", "facts", "remedy", "bound", "severity", "wording"):
        assert getattr(after, name) == getattr(before, name)
    assert after.reason == f"{before.reason}; waived by Coast Guard until 2026-06-30: agreed"
    (use,) = result.waivers
    assert (use.status, use.findings) == ("used", (WIDTH,))


@pytest.mark.parametrize(
    ("keys", "verdict", "status", "said"),
    [
        ({"until": "2026-01-01"}, "waived", "used", "until 2026-01-01"),
        ({"until": "2025-12-31"}, "violated", "expired", "expired on 2025-12-31"),
        ({"from": "2026-01-01"}, "waived", "used", "waived by Coast Guard"),
        ({"from": "2026-01-02"}, "violated", "not yet valid", "not valid before 2026-01-02"),
        ({"until": "none"}, "waived", "used", "without an end"),
        ({"provision": "unclos:60"}, "waived", "used", "waived by"),
        ({"provision": WIDTH}, "waived", "used", "waived by"),
    ],
)
def test_a_waiver_holds_from_its_first_to_its_last_day(
    keys: dict[str, str], verdict: str, status: str, said: str
) -> None:
    result = audited(waiver(**keys))
    found = finding(result)
    assert found.verdict == verdict
    assert said in found.reason
    assert result.waivers[0].status == status
    assert WIDTH in result.waivers[0].findings


def test_a_waiver_of_a_rule_leaves_the_other_rules_of_the_provision() -> None:
    result = audited(waiver(provision="ocsla-1333-a-1-b-lease"))
    assert [item.rule for item in result.by_verdict("waived")] == ["ocsla-1333-a-1-b-lease"]


@pytest.mark.parametrize(
    ("provision", "path", "told"),
    [
        ("unclos:87", POWER, "inapplicable"),
        ("unclos-60-5-notice", POWER, "1 satisfied"),
        ("unclos-60-5-notice", REEF, ""),
    ],
)
def test_a_waiver_of_what_is_not_violated_is_unused(provision: str, path: Path, told: str) -> None:
    result = audited(waiver(provision=provision), path=path)
    assert result.waivers[0].status == "unused"
    assert told in result.waivers[0].explanation
    assert not result.by_verdict("waived")


def test_a_missing_fact_cannot_be_waived() -> None:
    open_before = {item.rule for item in audited(path=REEF).by_verdict("undetermined")}
    everything = [
        waiver(provision=rule.id, until="none")
        for rule in book().rules
        if not rule.id.startswith("engineering")
    ]
    result = audited(*everything, path=REEF)
    assert {item.rule for item in result.by_verdict("undetermined")} == open_before
    assert {item.jurisdiction for item in result.by_verdict("violated")} <= {"ENGINEERING"}


def test_the_nearest_waiver_in_force_is_used() -> None:
    wide = waiver(provision="unclos:60", until="none", who="State")
    result = audited(wide, waiver())
    assert [note.who for note in finding(result).waivers] == ["Coast Guard"]
    outdated = audited(wide, waiver(until="2025-01-01"))
    assert [note.who for note in finding(outdated).waivers] == ["State"]
    assert WIDTH not in outdated.waivers[1].findings, "it stands waived by another"


WAIVERS = st.builds(
    lambda rule, begins, days: waiver(
        provision=rule,
        **{"from": (DAY + timedelta(begins)).isoformat()},
        until=(DAY + timedelta(begins + days)).isoformat(),
    ),
    st.sampled_from(
        ["unclos:60", "unclos:60.5", "unclos:60.3", "ocsla:1333", "ocsla:1337.p.6.C", WIDTH]
    ),
    st.integers(-40, 40),
    st.integers(0, 60),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(WAIVERS, max_size=4, unique_by=lambda item: item.provision))
def test_totals_stay_right_and_nothing_else_changes(waivers: list[Waiver]) -> None:
    result, plain = audited(*waivers), _plain()
    verdicts: dict[str, set[Any]] = {}
    for item in result.findings:
        verdicts.setdefault(item.provision, set()).add(item.verdict)
    counted = Counter(worst(kinds) for kinds in verdicts.values())
    assert {verdict: counted[verdict] for verdict in WORST_FIRST} == result.totals
    assert sum(result.totals.values()) == sum(plain.totals.values())
    before = {(item.provision, item.rule): item.verdict for item in plain.findings}
    for item in result.findings:
        old = before[item.provision, item.rule]
        assert item.verdict == old or (old, item.verdict) == ("violated", "waived")
        in_force = [note for note in item.waivers if note.standing == "in force"]
        assert bool(in_force) == (item.verdict == "waived")
    used = {name for use in result.waivers if use.status == "used" for name in use.findings}
    assert used == {item.rule for item in result.by_verdict("waived")}
    assert result.exit_status == 1, "no list of these covers every violation"


@cache
def _plain() -> AuditResult:
    return audited()


def test_all_violations_waived_is_lawful_and_says_so() -> None:
    rules = [item.rule or "" for item in audited().by_verdict("violated")]
    result = audited(*(waiver(provision=rule) for rule in rules))
    assert (result.verdict, result.exit_status) == ("lawful", 0)
    page = to_html(result, site_map="")
    waived = audited().totals["violated"]
    assert f"No violation found in the modelled law; {waived} provisions waived." in page
    assert page.count('<article class="finding waived">') == len(rules)


def test_without_waivers_nothing_speaks_of_them() -> None:
    result = audited()
    assert result.waivers == ()
    assert 'id="waivers"' not in to_html(result, site_map="")


def test_a_proof_names_its_waiver() -> None:
    at = assess(load_design(POWER), book(), as_of=DAY, waivers=(waiver(reference="letter 12"),))
    proof = Prover(at).prove(finding(at.result))
    node = proof.steps[-1]
    assert (proof.verdict, node.kind, node.truth) == ("waived", "waiver", True)
    assert "Coast Guard waived unclos:60.5 until 2026-06-30 (in force): agreed" in node.statement


def test_the_inputs_name_the_waivers() -> None:
    plain, first, other = audited(), audited(waiver()), audited(waiver(who="Navy"))
    hashes = [item.inputs["waivers_sha256"] for item in (plain, first, other)]
    assert hashes[0] == ""
    assert len(set(hashes)) == 3


ENTRY = "provision: unclos:60.5, reason: agreed, who: Coast Guard, until: 2026-06-30"


def written(tmp_path: Path, text: str, name: str = "waivers.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    yaml = written(tmp_path, f"waivers:\n  - {{{ENTRY}, from: 2025-01-01, reference: letter 3}}\n")
    json = written(
        tmp_path,
        '{"waivers": [{"provision": "unclos:60.5", "reason": "agreed", "who": "Coast Guard",'
        ' "until": "2026-06-30", "from": "2025-01-01", "reference": "letter 3"}]}',
        "waivers.json",
    )
    assert load_waivers(yaml) == load_waivers(json)
    assert load_waivers(written(tmp_path, "waivers: []\n")) == ()


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("provision: unclos:60.5, reason: a, who: b", "entry 1, until: required key is missing"),
        (f"{ENTRY}, untill: 2027-01-01", "entry 1, untill: unknown key; did you mean 'until'?"),
        (ENTRY.replace("2026-06-30", "null"), "entry 1, until: expected a date (YYYY-MM-DD) or"),
        (ENTRY.replace("2026-06-30", "2026-02-30"), "entry 1, until: expected a date"),
        (ENTRY.replace("2026-06-30", "20260630"), "entry 1, until: expected a date"),
        (f"{ENTRY}, from: none", "entry 1, from: expected a date (YYYY-MM-DD), found 'none'"),
        (f"{ENTRY}, from: 2027-01-01", "entry 1, until: ends on 2026-06-30, before it begins on"),
        (ENTRY.replace("Coast Guard", "12"), "entry 1, who: expected text, found '12'"),
        (ENTRY.replace("agreed", "' '"), "entry 1, reason: expected some text, found none"),
        ("provision: [unclos:60.5]", "entry 1, "),
    ],
)
def test_a_bad_entry_is_refused_in_one_line(tmp_path: Path, entry: str, line: str) -> None:
    path = written(tmp_path, f"waivers:\n  - {{{entry}}}\n")
    with pytest.raises(WaiverError) as caught:
        load_waivers(path)
    assert str(caught.value).startswith(f"{path}, {line}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "waivers: 3\n",
        "waiver: []\n",
        "waivers: []\nnotes: x\n",
        "waivers: [x]\n",
        "a: &b",
    ],
)
def test_a_file_of_another_shape_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BathylexError) as caught:
        load_waivers(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("provisions", "line"),
    [
        (["unclos:60.55"], "entry 1, provision: no provision or rule 'unclos:60.55'; did you mean"),
        (["unclos-60-5-widht"], "did you mean 'unclos-60-5-width'"),
        (["engineering:1.1"], "entry 1, provision: 'engineering:1.1' is a rule on structure or"),
        (["engineering-1-3-wall-stress"], "cannot be waived"),
        (["unclos:60", "unclos:60"], "entry 2, provision: 'unclos:60' is waived twice"),
    ],
)
def test_what_cannot_be_waived_is_refused(provisions: list[str], line: str) -> None:
    with pytest.raises(WaiverError) as caught:
        check_waivers([waiver(provision=name) for name in provisions], book(), where="w.yaml")
    assert str(caught.value).startswith("w.yaml, entry ")
    assert line in str(caught.value)
    with pytest.raises(WaiverError):
        audited(*(waiver(provision=name) for name in provisions))


def test_a_waiver_that_follows_another_is_no_duplicate() -> None:
    check_waivers(
        [waiver(until="2025-12-31"), waiver(**{"from": "2026-01-01"}, until="none")], book()
    )
    with pytest.raises(WaiverError, match="waived twice"):
        check_waivers([waiver(until="2026-01-01"), waiver(**{"from": "2026-01-01"})], book())
