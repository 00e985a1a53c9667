"""Simulated designs and their surveys: complete, balanced, settled, and the same for a seed."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from compliance.audit import Judged, judge_rules
from compliance.scoring import dataset
from compliance.scoring.dataset import LEARNING, SCORED, Surveys, simulate
from compliance.scoring.designs import draw_design
from compliance.scoring.sites import draw_sites
from compliance.scoring.workshop import Plan
from habitat.survey.relief import Relief
from tests.small_student import book, vocabulary, world
from tests.small_surveys import situations, surveys


@cache
def judged() -> tuple[list[Judged], ...]:
    return tuple(judge_rules(book(), one) for one in situations())


def same(one: Surveys, two: Surveys) -> None:
    for field in fields(Surveys):
        np.testing.assert_array_equal(
            getattr(one, field.name), getattr(two, field.name), err_msg=field.name
        )


def test_the_intent_is_no_label() -> None:
    """One operator's failures come together: within a jurisdiction more than by chance alone."""
    counts = [
        sum(item.outcome.verdict == "violated" for item in items if item.jurisdiction == "UNCLOS")
        for items in judged()
    ]
    assert np.var(counts) > 1.2 * np.mean(counts)


def test_a_seed_draws_the_same_design_and_another_seed_another() -> None:
    (site,) = draw_sites(np.random.default_rng(4), 1, name="one")

    def drawn(seed: int) -> str:
        rng = np.random.default_rng(seed)
        return draw_design(rng, site, world().duties, name="one").model_dump_json()

    assert drawn(1) == drawn(1) != drawn(2)


def test_another_seed_or_split_is_other_data() -> None:
    def drawn(seed: int, name: str) -> Surveys:
        return simulate(world(), vocabulary(), sites=1, per_site=1, seed=seed, name=name, workers=1)

    first = drawn(1, "test")
    same(first, drawn(1, "test"))
    for other in (drawn(2, "test"), drawn(1, "train")):
        assert not np.array_equal(first.acoustic, other.acoustic)


def test_splits_share_no_site() -> None:
    places = []
    for name in Plan().sites():
        key = int.from_bytes(name.encode()[:6], "little")
        drawn = draw_sites(np.random.default_rng([0, key]), 25, name=name)
        places += [(one.zones.latitude, one.zones.longitude) for one in drawn]
        assert all(one.name.startswith(name) for one in drawn)
    assert len(set(places)) == len(places)


def test_splits_differ_in_the_seed_of_their_sites() -> None:
    keys = {name.encode()[:6] for name in Plan().sites()}
    assert len(keys) == len(Plan().sites())


def _tiles(split: str, monkeypatch: pytest.MonkeyPatch) -> set[float]:
    """Return the slopes of the tiles that a split's images are drawn over."""
    seen: list[Relief] = []

    def spied(*_: object, relief: Relief, **__: object) -> object:
        seen.append(relief)
        return np.zeros((64, 64), dtype=np.float32)

    monkeypatch.setattr(dataset, "simulate_side_scan", spied)
    tiled = replace(world(), reliefs=tuple(Relief(1.0 + at, 20.0, 0.6) for at in range(10)))
    simulate(tiled, vocabulary(), sites=12, per_site=1, seed=0, name=split, workers=1)
    return {one.slope_degrees for one in seen}


def test_judging_splits_are_drawn_over_relief_that_no_learner_saw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tiles = {name: _tiles(name, monkeypatch) for name in Plan().sites()}
    learned = set.union(*(tiles[name] for name in LEARNING))
    judging = set.union(*(tiles[name] for name in tiles if name not in LEARNING))
    assert judging and learned
    assert not learned & judging
    assert judging == {1.0, 6.0}


def test_labels_are_those_of_the_engine() -> None:
    """Where a jurisdiction does not bind nothing of it is broken; sizes and ranges fit."""
    s = surveys()
    assert len(s) == 12 and s.site.tolist() == sorted(s.site.tolist())
    assert s.compliant[~s.binds].all()
    assert s.binds[:, SCORED.index("ENGINEERING")].all()
    assert s.sensor.shape == (12, 48, 10) and s.acoustic.shape == (12, 64, 64)
    assert np.isin(s.flags[~np.isnan(s.flags)], (0, 1)).all()
