"""Answers keep their promises: few violating designs pass, sets hold the truth as often as said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from compliance.scoring.judging import FALSE_COMPLIANT, Judge, Verdicts, fit_verdicts, report_on


def draw(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return logits that tell compliant designs from violating ones fairly well, and the truth."""
    truth = rng.random(count) < 0.5
    return rng.normal(np.where(truth, 2.0, -2.0), 1.5), truth


def test_few_violating_designs_are_called_compliant_whatever_the_calibration() -> None:
    rng = np.random.default_rng(0)
    passed, abstained, covered = [], [], []
    for _ in range(200):
        rule = fit_verdicts(*draw(rng, 1200))
        logits, truth = draw(rng, 600)
        chance = rule.probability(logits)
        answers = np.array([rule.answer(float(one)) for one in chance])
        # What share of all violating designs passes is known: their logits are normal.
        bar = (np.log(rule.compliant_from / (1 - rule.compliant_from)) - rule.offset) * (
            rule.temperature
        )
        passed.append(norm.sf((bar + 2.0) / 1.5))
        abstained.append((answers == "abstain").mean())
        covered.append((np.where(truth, 1 - chance, chance) <= rule.strangest).mean())
    # The promise may fail in one calibration of twenty; 200 of them tell 5 % from 9 %.
    assert (np.array(passed) > FALSE_COMPLIANT).mean() <= 0.09
    assert np.mean(passed) > FALSE_COMPLIANT / 3
    assert abs(np.mean(covered) - 0.9) < 0.006
    assert np.mean(abstained) < 0.35


def test_designs_that_are_told_apart_all_get_an_answer() -> None:
    truth = np.arange(400) % 2 == 0
    rule = fit_verdicts(np.where(truth, 6.0, -6.0) + 0.001 * np.arange(400), truth)
    answers = {rule.answer(float(one)) for one in rule.probability(np.array([-6.0, 6.0]))}
    assert answers == {"compliant", "violated"}


def test_too_few_violating_designs_promise_nothing() -> None:
    truth = np.ones(100, dtype=bool)
    truth[:20] = False
    rule = fit_verdicts(np.where(truth, 3.0, -3.0), truth)
    assert rule.answer(0.999999) != "compliant"


def test_sets_hold_one_both_or_no_answer() -> None:
    rule = Verdicts(1.0, 0.0, 0.9, 0.1, 0.3, 100)
    assert rule.prediction_set(0.95) == ("compliant",)
    assert rule.prediction_set(0.5) == ()
    assert Verdicts(1.0, 0.0, 0.9, 0.1, 0.6, 100).prediction_set(0.5) == ("compliant", "violated")


def test_a_judge_comes_back_from_json() -> None:
    judge = Judge((Verdicts(1.2, 0.3, 0.9, 0.1, 0.3, 100),), (1.7, float("inf")), (1.2, 1.3), 1.1)
    assert Judge.from_data(judge.to_data()) == judge


def test_reports_count_where_the_law_binds_alone() -> None:
    binds = np.zeros((4, 6), dtype=bool)
    binds[:3, 0] = True
    binds[:, 1:] = True
    compliant = np.array([[True] * 6, [False] * 6, [True] * 6, [False] * 6])
    logits = np.where(compliant, 5.0, -5.0)
    logits[3, 0] = 5.0  # Wrong, but the law does not bind there.
    judge = Judge(tuple(Verdicts(1.0, 0.0, 0.9, 0.1, 0.5, 4) for _ in range(6)), (), (), 1.0)
    report = report_on(logits, binds, compliant, judge)["UNCLOS"]
    assert (report.samples, report.accuracy, report.false_compliant) == (3, 1.0, 0.0)
    assert report.majority == pytest.approx(2 / 3)
