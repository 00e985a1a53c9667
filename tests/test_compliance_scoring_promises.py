"""Promises of answers over many draws: who may be called compliant, and how far sets reach."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from compliance.scoring.dataset import SCORED
from compliance.scoring.judging import (
    FALSE_COMPLIANT,
    FALSE_VIOLATED,
    MISS,
    Judge,
    fit_judge,
    fit_verdicts,
    report_on,
)
from distill.metrics import negative_log_likelihood

Drawn = tuple[np.ndarray, np.ndarray]


def draw(rng: np.random.Generator, count: int, *, gap: float, share: float = 0.6) -> Drawn:
    """Return overconfident logits whose classes lie ``gap`` standard deviations apart."""
    truth = rng.random(count) < share
    return 3.0 * rng.normal(np.where(truth, gap, -gap) / 2, 1.0), truth


def answers(rule: Any, logits: np.ndarray) -> np.ndarray:
    return np.array([rule.answer(float(one)) for one in rule.probability(logits)])


@pytest.mark.parametrize("gap", [0.5, 2.0, 3.5, 5.0])
def test_the_promise_to_violating_designs_holds_however_hard_the_task(gap: float) -> None:
    """Of violating designs 1.5 % may pass, of compliant ones 4 % may fail, in the mean over draws.

    Over 150 draws of calibration and test the mean of either share has a standard error of about
    0.0006 and 0.0010; three of them are allowed.
    """
    rng = np.random.default_rng(7)
    passed, failed = [], []
    for _ in range(150):
        rule = fit_verdicts(*draw(rng, 700, gap=gap))
        logits, truth = draw(rng, 1500, gap=gap)
        said = answers(rule, logits)
        passed.append((said[~truth] == "compliant").mean())
        failed.append((said[truth] == "violated").mean())
    assert np.mean(passed) <= FALSE_COMPLIANT + 3 * np.std(passed) / np.sqrt(150)
    assert np.mean(failed) <= FALSE_VIOLATED + 3 * np.std(failed) / np.sqrt(150)


def test_an_unequal_share_of_violating_designs_does_not_break_the_promise() -> None:
    """It is made to violating designs alone: calibrated where 40 % violate, used where 90 % do."""
    rng = np.random.default_rng(8)
    passed = []
    for _ in range(100):
        rule = fit_verdicts(*draw(rng, 700, gap=2.5, share=0.6))
        logits, truth = draw(rng, 1000, gap=2.5, share=0.1)
        passed.append((answers(rule, logits)[~truth] == "compliant").mean())
    assert np.mean(passed) <= FALSE_COMPLIANT + 3 * np.std(passed) / 10


def test_separable_classes_leave_nobody_without_an_answer() -> None:
    rng = np.random.default_rng(9)
    rule = fit_verdicts(*draw(rng, 700, gap=9.0))
    logits, truth = draw(rng, 3000, gap=9.0)
    said = answers(rule, logits)
    assert not (said == "abstain").any()
    assert ((said == "compliant") == truth).mean() > 0.999


def test_answers_grow_with_the_probability() -> None:
    rule = fit_verdicts(*draw(np.random.default_rng(1), 700, gap=2.0))
    order = ("violated", "abstain", "compliant")
    said = [order.index(rule.answer(float(one))) for one in np.linspace(0, 1, 201)]
    assert said == sorted(said) and set(said) == {0, 1, 2}
    assert 0 <= rule.violated_to <= rule.compliant_from <= 1


def test_sets_hold_the_truth_in_nine_of_ten_splits() -> None:
    rng = np.random.default_rng(10)
    covered = []
    for _ in range(150):
        rule = fit_verdicts(*draw(rng, 400, gap=2.0))
        logits, truth = draw(rng, 400, gap=2.0)
        sets = [rule.prediction_set(float(one)) for one in rule.probability(logits)]
        wanted = np.where(truth, "compliant", "violated")
        covered.append(np.mean([one in found for one, found in zip(wanted, sets, strict=True)]))
    error = np.std(covered) / np.sqrt(150)
    # At least 90 %, and no more than one calibration design above it.
    assert 1 - MISS - 3 * error <= np.mean(covered) <= 1 - MISS + 1 / 400 + 3 * error


def test_the_temperature_cools_what_is_too_sure() -> None:
    rng = np.random.default_rng(11)
    logits, truth = draw(rng, 2000, gap=2.0)
    rule = fit_verdicts(logits, truth)
    # Gap 2 at three times the scale: the true log-odds are 2/3 of the logit, plus the prior's.
    assert 1.2 < rule.temperature < 2.0
    plain, cooled = (
        negative_log_likelihood(logits, truth.astype(float), temperature=one)
        for one in (1.0, rule.temperature)
    )
    assert cooled < plain


def scores_of(count: int, seed: int) -> tuple[Any, dict[str, Any]]:
    """Return scores and truths of designs where each law binds two designs in three."""
    rng = np.random.default_rng(seed)
    compliant = rng.random((count, len(SCORED))) < 0.5
    places = rng.normal(size=(count, 3))
    places[::5, 1] = np.nan
    places[:, 2] = np.nan
    flags = (rng.random((count, 4)) < 0.5).astype(float)
    scores = SimpleNamespace(
        compliance=torch.tensor(rng.normal(np.where(compliant, 2.0, -2.0), 1.5)),
        # Says half the spread that its errors have.
        mean=torch.tensor(np.nan_to_num(places) + rng.normal(0, 0.4, (count, 3))),
        log_variance=torch.full((count, 3), 2 * float(np.log(0.2)), dtype=torch.float64),
        logits=torch.tensor(6.0 * (flags - 0.5) + rng.normal(0, 3, (count, 4))),
    )
    binds = rng.random((count, len(SCORED))) < 0.67
    told = {
        "binds": binds,
        "compliant": compliant,
        "flags": flags,
        "places": places,
        "stated": np.zeros((count, 3), dtype=bool),
    }
    return scores, told


def test_stated_amounts_do_not_promise_for_those_that_are_not() -> None:
    scores, told = scores_of(800, 0)
    told["stated"][:700, 0] = True
    # What is stated is nearly right, what is not is as before.
    scores.mean[:700, 0] = torch.tensor(told["places"][:700, 0]) + 0.02
    judge = fit_judge(scores, **told)
    assert judge.reach_stated[0] == pytest.approx(0.1, abs=0.01)
    assert judge.reach[0] > 2.5
    np.testing.assert_array_equal(
        judge.reaches(np.array([True, False, False])),
        [judge.reach_stated[0], judge.reach[1], judge.reach[2]],
    )


def test_intervals_reach_as_far_as_errors_do_and_nowhere_without_truth() -> None:
    judge = fit_judge(*scores_of(600, 0)[:1], **scores_of(600, 0)[1])
    # Nine in ten errors of 0.4 lie within 1.645 of them: twice that in said spreads.
    assert judge.reach[0] == pytest.approx(3.29, rel=0.1)
    assert judge.reach[1] == pytest.approx(3.29, rel=0.1)
    assert judge.reach[2] == float("inf")
    covered = []
    for seed in range(1, 40):
        scores, told = scores_of(300, seed)
        error = np.abs(told["places"][:, 0] - scores.mean[:, 0].numpy())
        covered.append((error <= judge.reach[0] * 0.2).mean())
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)


def test_a_judge_survives_json_text() -> None:
    judge = fit_judge(*scores_of(300, 0)[:1], **scores_of(300, 0)[1])
    text = json.dumps(judge.to_data(), allow_nan=False)
    assert Judge.from_data(json.loads(text)) == judge


def test_designs_that_a_law_does_not_bind_change_nothing() -> None:
    scores, told = scores_of(300, 0)
    judge = fit_judge(scores, **told)
    scores.compliance = torch.where(torch.tensor(told["binds"]), scores.compliance, 99.0)
    assert fit_judge(scores, **told).verdicts == judge.verdicts


def test_a_report_adds_up() -> None:
    scores, told = scores_of(2000, 0)
    judge = fit_judge(scores, **told)
    fresh, truth = scores_of(500, 1)
    found = report_on(fresh.compliance.numpy(), truth["binds"], truth["compliant"], judge)
    assert tuple(found) == SCORED
    for at, name in enumerate(SCORED):
        one = found[name]
        assert one.samples == truth["binds"][:, at].sum()
        assert one.majority >= 0.5 and one.accuracy > 0.8 and one.brier < 0.2
        assert one.false_compliant <= 0.05 and one.false_among_compliant <= 0.05
        assert 0.8 < one.coverage < 0.98 and one.abstained < 0.5


@pytest.mark.parametrize("violating", [0, 3, 60])
def test_with_too_few_violating_designs_nobody_is_called_compliant(violating: int) -> None:
    """The bound needs 1 / 0.015 - 1 of them: 66."""
    truth = np.arange(200) >= violating
    rule = fit_verdicts(np.where(truth, 9.0, -9.0), truth)
    assert rule.answer(1.0) != "compliant"
