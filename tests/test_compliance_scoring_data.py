"""Simulated surveys: complete designs, exact labels, honest inputs, splits that share nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from compliance.audit import judge_rules
from compliance.scoring.dataset import SCORED, Surveys, simulate
from compliance.scoring.designs import draw_design, duties_of
from compliance.scoring.observe import Losses, observe_law, observe_structure
from compliance.scoring.report_text import all_sentences, write_report
from compliance.scoring.sites import draw_sites
from compliance.scoring.words import PIECE_FEATURES, hashed, sentences
from compliance.shared import Shared
from compliance.situation import Situation, situate
from habitat.facts import facts_of
from habitat.survey.relief import Relief
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


def test_another_split_has_other_sites(surveys: Surveys) -> None:
    other = simulate(world(), vocabulary(), sites=18, per_site=2, seed=3, name="train", workers=1)
    at = list(vocabulary().amounts).index("site.latitude")
    assert not set(surveys.places[:, at].tolist()) & set(other.places[:, at].tolist())


def test_surveys_come_back_from_their_file(surveys: Surveys, tmp_path: Path) -> None:
    surveys.save(tmp_path / "some.npz")
    again = Surveys.load(tmp_path / "some.npz")
    np.testing.assert_array_equal(again.stated, surveys.stated)
    assert again.sentences == surveys.sentences


def test_judging_splits_see_other_relief(monkeypatch: pytest.MonkeyPatch) -> None:
    tiles = tuple(Relief(float(at), 10.0, 0.5) for at in range(1, 11))
    seen: dict[str, set[float]] = {"train": set(), "test": set()}
    for name, found in seen.items():

        def record(
            rng: object, *, relief: Relief, found: set[float] = found, **_: object
        ) -> object:
            found.add(relief.slope_degrees)
            return np.zeros((64, 64), dtype=np.float32)

        monkeypatch.setattr("compliance.scoring.dataset.simulate_side_scan", record)
        simulate(
            replace(world(), reliefs=tiles), vocabulary(), sites=40, per_site=1, seed=1, name=name,
            workers=1,
        )  # fmt: skip
    assert seen["train"] and seen["test"]
    assert not seen["train"] & seen["test"]


def test_a_specification_is_partly_missing_and_hardly_wrong(situations: list[Situation]) -> None:
    rng, losses = np.random.default_rng(0), Losses(site_known=0.0)
    missing, wrong, known, off = 0, 0, 0, []
    asked = frozenset(facts_of(situations[0].design))
    for situation in situations[:60]:
        truth, places = vocabulary().encode(situation.facts)
        stated, told, _ = observe_structure(rng, situation, vocabulary(), losses, asked)
        zones = [at for at, name in enumerate(vocabulary().flags) if name.startswith("zone:")]
        assert np.isnan(stated[zones]).all()
        own = [
            at
            for at, name in enumerate(vocabulary().flags)
            if "." in name and ":" not in name and not name.startswith(("derived.", "emergency."))
        ]
        there = ~np.isnan(truth[own])
        missing += int((np.isnan(stated[own]) & there).sum())
        known += int(there.sum())
        both = there & ~np.isnan(stated[own])
        wrong += int((stated[own][both] != truth[own][both]).sum())
        radius = list(vocabulary().amounts).index("safety_zone.radius")
        if not np.isnan(told[radius]):
            axis = vocabulary().amounts["safety_zone.radius"]
            off.append(axis.magnitude(told[radius]) / axis.magnitude(places[radius]) - 1)
    assert 0.03 < missing / known < 0.14
    assert wrong / known < 0.004
    assert 0.004 < np.std(off) < 0.02


def test_a_position_tells_the_zones(situations: list[Situation]) -> None:
    rng = np.random.default_rng(0)
    stated, _, _ = observe_structure(
        rng, situations[0], vocabulary(), Losses(site_known=1.0), frozenset()
    )
    truth, _ = vocabulary().encode(situations[0].facts)
    zones = [at for at, name in enumerate(vocabulary().flags) if name.startswith("zone:")]
    np.testing.assert_array_equal(stated[zones], truth[zones])


def test_a_report_tells_the_truth() -> None:
    facts = {
        "consents.research": True,
        "environment.baseline_study": False,
        "waste.treatment": "tertiary",
    }
    meaning = all_sentences(
        ["consents.research", "environment.baseline_study"],
        {"waste.treatment": ("tertiary", "none")},
    )
    seen = set()
    for seed in range(30):
        for sentence in write_report(np.random.default_rng(seed), facts, mentioned=1.0):
            if sentence in meaning:
                fact, value = meaning[sentence]
                assert facts[fact] == value
                seen.add(fact)
    assert seen == set(facts)


def test_law_comes_from_instruments_that_bind() -> None:
    pieces = world().pieces
    applying = frozenset({"unclos:60.5"})
    for seed in range(20):
        read = observe_law(
            np.random.default_rng(seed), pieces, applying=applying,
            binding=frozenset({"unclos", "iso14001"}), losses=Losses(),
        )  # fmt: skip
        assert read
        assert {pieces.instruments[at] for at in read} <= {"unclos", "iso14001"}


def test_words_are_hashed_before_pairs_and_padded() -> None:
    ids = hashed("The zone is wide", PIECE_FEATURES)
    assert (ids[:7] > 0).all() and (ids[7:] == 0).all()
    np.testing.assert_array_equal(ids, hashed("the ZONE is wide!", PIECE_FEATURES))
    swapped = hashed("wide is the zone", PIECE_FEATURES)
    assert set(ids[:4]) == set(swapped[:4]) and set(ids[:7]) != set(swapped[:7])
    assert sentences("It is so. We say: no (not at all). Then 5.2 m.") == [
        "It is so.", "We say: no (not at all).", "Then 5.2 m.",
    ]  # fmt: skip


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
