"""Simulated surveys: complete designs, exact labels, honest inputs, splits that share nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from compliance.audit import judge_rules
from compliance.scoring.dataset import SCORED, Surveys, simulate
from compliance.scoring.designs import draw_design, duties_of
from compliance.scoring.observe import Losses, observe_structure
from compliance.scoring.sites import draw_sites
from compliance.scoring.workshop import FINAL, Plan
from compliance.shared import Shared
from compliance.situation import Situation, situate
from tests.small_student import book, vocabulary, world


@pytest.fixture(scope="module")
def situations() -> list[Situation]:
    rng, shared = np.random.default_rng(9), Shared(book())
    duties = duties_of(book())
    return [
        situate(
            draw_design(rng, site, duties, name=f"{site.name}-{number}"),
            as_of=date(2026, 1, 1),
            shared=shared,
        )
        for site in draw_sites(rng, 75, name="data")
        for number in range(2)
    ]


def test_designs_leave_nothing_undetermined_and_are_balanced(situations: list[Situation]) -> None:
    held = dict.fromkeys(SCORED, 0)
    bound = dict.fromkeys(SCORED, 0)
    for situation in situations:
        judged = judge_rules(book(), situation)
        assert not [item.rule.id for item in judged if item.outcome.verdict == "undetermined"]
        broken = {item.jurisdiction for item in judged if item.outcome.verdict == "violated"}
        for name in {item.jurisdiction for item in judged if item.scope.binding}:
            bound[name] += 1
            held[name] += name not in broken
    for name in SCORED:
        assert bound[name] >= 20, name
        assert 0.25 < held[name] / bound[name] < 0.75, name


def test_sites_are_settled(situations: list[Situation]) -> None:
    for situation in situations:
        site = situation.site
        assert not site.disputed and not site.extended_shelf_possible
        assert site.water_column not in ("land", "internal_waters")


@pytest.fixture(scope="module")
def surveys() -> Surveys:
    return simulate(world(), vocabulary(), sites=18, per_site=2, seed=3, name="test", workers=1)


def test_the_number_of_workers_changes_nothing(surveys: Surveys) -> None:
    again = simulate(world(), vocabulary(), sites=18, per_site=2, seed=3, name="test", workers=2)
    for name in ("acoustic", "sensor", "stated", "report", "law", "flags", "compliant", "site"):
        np.testing.assert_array_equal(getattr(surveys, name), getattr(again, name), err_msg=name)
    assert surveys.sentences == again.sentences


def test_surveys_come_back_from_their_file(surveys: Surveys, tmp_path: Path) -> None:
    surveys.save(tmp_path / "some.npz")
    again = Surveys.load(tmp_path / "some.npz")
    np.testing.assert_array_equal(again.stated, surveys.stated)
    assert again.sentences == surveys.sentences


def test_people_state_what_the_law_asks(situations: list[Situation]) -> None:
    asked = frozenset({"consents.coastal_state"})
    losses = Losses(missing=0.0, beside=0.0, mentioned=1.0)
    stated, _, report = observe_structure(
        np.random.default_rng(0), situations[0], vocabulary(), losses, asked
    )
    at = {name: number for number, name in enumerate(vocabulary().flags)}
    assert not np.isnan(stated[at["consents.coastal_state"]])
    assert np.isnan(stated[at["consents.ocs_lease"]])
    assert not any("lease" in sentence for sentence in report)


def test_a_smaller_plan_keeps_the_proportions_and_two_test_splits() -> None:
    plan = Plan(seed=3).of_size(190)
    assert (plan.seed, plan.train, plan.calibration) == (3, 190, 400)
    assert (plan.sites()[FINAL], plan.sites()["test"]) == (90, 45)
    assert min(Plan().of_size(20).sites().values()) == 20
