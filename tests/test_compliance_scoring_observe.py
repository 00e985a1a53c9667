"""What surveys and papers show: a noisy part of the truth, and nothing of the verdict."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from compliance.audit import judge_rules
from compliance.scoring import dataset
from compliance.scoring.batches import Loader, Rows
from compliance.scoring.concepts import EMERGENCIES
from compliance.scoring.dataset import SCORED, law_pieces
from compliance.scoring.observe import (
    LawPieces,
    Losses,
    encode_stated,
    observe_law,
    observe_structure,
)
from compliance.scoring.report_text import _FILLER, all_sentences, name_of
from compliance.scoring.words import PIECES
from compliance.situation import Situation
from habitat.design import Design
from habitat.survey.profiles import sea_state, standard_profile
from habitat.survey.relief import random_relief
from jurisdictions.predicate import InZone
from tests.small_student import book, vocabulary, world
from tests.small_surveys import loader, shared, situations, surveys

EXACT = Losses(
    missing=0.0, beside=0.0, misreported=0.0, relative_noise=0.0, mentioned=1.0, site_known=1.0
)


@cache
def asked_of(at: int) -> frozenset[str]:
    """Return the facts that rules which apply to a design ask for."""
    return frozenset(
        test.fact
        for item in judge_rules(book(), situations()[at])
        if item.outcome.verdict != "inapplicable"
        for test in item.rule.tests
        if not isinstance(test, InZone)
    )


@cache
def told_of() -> list[tuple[Situation, np.ndarray, np.ndarray, list[str]]]:
    """What is stated and reported of sixty designs, once each."""
    rng = np.random.default_rng(0)
    return [
        (one, *observe_structure(rng, one, vocabulary(), Losses(), asked_of(at)))
        for at, one in enumerate(situations())
    ]


def test_noise_alone_tells_two_surveys_of_one_design_apart() -> None:
    (situation, *_), names = told_of()[0], vocabulary()
    one, two = (
        observe_structure(np.random.default_rng(seed), situation, names, Losses(), asked_of(0))
        for seed in (1, 2)
    )
    both = ~np.isnan(one[0]) & ~np.isnan(two[0])
    assert (one[0][both] != two[0][both]).mean() < 0.05
    assert not np.array_equal(np.isnan(one[0]), np.isnan(two[0]))
    again = observe_structure(np.random.default_rng(1), situation, names, Losses(), asked_of(0))
    np.testing.assert_array_equal(one[1], again[1])
    assert one[2] == again[2]


def test_no_verdict_reaches_the_inputs() -> None:
    """Scopes and emergencies are labels; a specification never states them, nor the seabed."""
    names, s = vocabulary(), surveys()
    hidden = [at for at, name in enumerate(names.flags) if name.startswith("scope:")]
    hidden += [names.flags.index(name) for name in EMERGENCIES]
    seabed = names.word_slices()["survey.seabed"]
    assert np.isnan(s.stated[:, hidden]).all() and np.isnan(s.stated[:, seabed]).all()


def test_inputs_stay_the_same_when_all_labels_are_turned_around() -> None:
    s = surveys()
    turned = replace(s, flags=1 - s.flags, places=-s.places, binds=~s.binds, compliant=~s.compliant)
    at = np.arange(len(s))
    plain = loader().batch(at)
    other = Loader(turned, Rows.hashed(turned, world().pieces)).batch(at)
    for name, value in plain.values.items():
        assert torch.equal(value.nan_to_num(-9.0), other.values[name].nan_to_num(-9.0)), name


def _asked_by(
    surveyed: Situation, monkeypatch: pytest.MonkeyPatch, **changes: Any
) -> tuple[frozenset[str], list[bool]]:
    """Return the facts that the simulator holds for asked of a design, and its labels."""
    seen: list[frozenset[str]] = []

    def spied(*given: Any) -> Any:
        seen.append(given[4])
        return observe_structure(*given)

    tree = surveyed.design.model_dump(exclude_none=True)
    for path, value in changes.items():
        section, key = path.split("__")
        tree.setdefault(section, {})[key] = value
    monkeypatch.setattr(dataset, "observe_structure", spied)
    row = dataset._survey(
        np.random.default_rng(0),
        replace(world(), shared=shared()),
        vocabulary(),
        Design.model_validate(tree),
        random_relief(np.random.default_rng(0)),
        sea_state(standard_profile(10.0), 500.0),
    )
    return seen[0], row["compliant"]


def test_whether_a_duty_is_met_does_not_show_in_what_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """People state what the law asks of them: that must not tell whether they heed it."""
    energy = next(
        one for one in situations() if one.coastal_state and one.design.purpose == "energy"
    )
    told = [
        _asked_by(
            energy, monkeypatch, safety_zone__radius=radius, end_of_life__removal_plan=planned
        )
        for radius, planned in (("400 m", True), ("900 m", False))
    ]
    assert told[0][0] == told[1][0] and "safety_zone.radius" in told[0][0]
    assert not told[1][1][SCORED.index("UNCLOS")]


def test_an_exact_specification_states_the_truth() -> None:
    names = vocabulary()
    for situation in situations()[:10]:
        stated, places, _ = observe_structure(
            np.random.default_rng(0), situation, names, EXACT, frozenset(situation.facts)
        )
        flags, amounts = names.encode(situation.facts)
        there, known = ~np.isnan(stated), ~np.isnan(places)
        np.testing.assert_array_equal(stated[there], flags[there])
        # Without a position sea pressure is that of another latitude: 0.2 % at most.
        np.testing.assert_allclose(places[known], amounts[known], atol=0.05)
        assert known.sum() >= 0.9 * (~np.isnan(amounts)).sum()


def _plain() -> list[int]:
    """Return the flags that a design file states as they are."""
    return [
        at
        for at, name in enumerate(vocabulary().flags)
        if ":" not in name and not name.startswith(("emergency.", "zone.", "derived."))
    ]


def _flags() -> frozenset[str]:
    return frozenset(vocabulary().flags)


def test_the_share_of_missing_keys_stays_within_bounds() -> None:
    shares, wrong, seen = [], 0, 0
    for number, (situation, stated, _, _) in enumerate(told_of()):
        truth, _ = vocabulary().encode(situation.facts)
        wanted = {vocabulary().flags.index(name) for name in asked_of(number) & _flags()}
        asked = [at for at in _plain() if at in wanted and not np.isnan(truth[at])]
        there = [at for at in asked if not np.isnan(stated[at])]
        shares.append(1 - len(there) / len(asked))
        # Each key is left out by itself: four standard deviations beyond the largest share.
        assert shares[-1] < Losses().missing + 4 * np.sqrt(0.16 * 0.84 / len(asked))
        wrong += sum(stated[at] != truth[at] for at in there)
        seen += len(there)
    assert 0.04 < np.mean(shares) < 0.12
    assert min(shares) < 0.02
    # One in a thousand is misreported: of about 4 000 statements 4, and 14 almost never.
    assert seen > 2000 and wrong <= 3.5 * Losses().misreported * seen


def test_amounts_are_stated_within_a_few_per_cent() -> None:
    names, off = vocabulary(), []
    for situation, _, places, _ in told_of():
        _, truth = names.encode(situation.facts)
        for (fact, axis), own, real in zip(names.amounts.items(), places, truth, strict=True):
            if fact.startswith("derived.") or np.isnan(own) or np.isnan(real):
                continue
            magnitude = axis.magnitude(float(real))
            if axis.unit and magnitude > 0.1:
                off.append(axis.magnitude(float(own)) / magnitude - 1)
    assert len(off) > 500
    assert abs(np.mean(off)) < 0.003
    assert 0.007 < np.std(off) < 0.013
    assert np.abs(off).max() < 0.06


def test_zones_are_stated_only_where_the_site_is() -> None:
    names = vocabulary()
    zones = [at for at, name in enumerate(names.flags) if name.startswith("zone:")]
    known = [not np.isnan(stated[zones]).any() for _, stated, _, _ in told_of()]
    for (situation, stated, _, _), there in zip(told_of(), known, strict=True):
        if there:
            told = {names.flags[at][5:] for at in zones if stated[at] == 1}
            assert told == situation.zones & {names.flags[at][5:] for at in zones}
        else:
            assert np.isnan(stated[zones]).all()
    assert 0.25 < np.mean(known) < 0.75


def test_absence_of_a_key_says_nothing() -> None:
    flags, places = encode_stated({}, vocabulary())
    assert np.isnan(flags).all() and np.isnan(places).all()


def test_the_names_of_facts_in_reports_are_unambiguous() -> None:
    names = [name for at, name in enumerate(vocabulary().flags) if at in set(_plain())]
    called = [name_of(name) for name in (*names, *vocabulary().words)]
    assert len(set(called)) == len(called)


def test_reports_tell_the_truth() -> None:
    names = vocabulary()
    # Every value, also one that no design of the vocabulary had.
    words = {
        fact: {*values, *(str(one.facts[fact].value) for one in situations() if fact in one.facts)}
        for fact, values in names.words.items()
    }
    meaning = all_sentences([names.flags[at] for at in _plain()], words)
    shares = []
    for situation, _, _, report in told_of():
        told = [meaning[text] for text in report if text not in _FILLER]
        for fact, value in told:
            assert situation.facts[fact].value == value
        assert len({fact for fact, _ in told}) == len(told)
        shares.append(len(told))
    assert np.median(shares) > 20


PIECE = LawPieces(
    tuple("abcdefgh"), ("a:1", "a:2", "b:1", "b:2", "b:3", "c:1", "a:1", "b:1"),
    ("a", "a", "b", "b", "b", "c", "a", "b"),
)  # fmt: skip


def test_law_comes_from_binding_instruments_only() -> None:
    for seed, situation in enumerate(situations()[:15]):
        rng = np.random.default_rng(seed)
        judged = judge_rules(book(), situation)
        binding = frozenset(item.rule.instrument for item in judged if item.scope.binding)
        applying = frozenset(
            item.provision.id for item in judged if item.outcome.verdict != "inapplicable"
        )
        read = observe_law(rng, world().pieces, applying=applying, binding=binding, losses=Losses())
        assert 1 <= len(read) <= PIECES and len(set(read)) == len(read)
        assert {world().pieces.instruments[at] for at in read} <= binding


def test_an_excerpt_prefers_what_applies_and_pads_from_what_binds() -> None:
    rng = np.random.default_rng(0)
    losses = Losses(selected=1.0, unread=0.0)
    read = observe_law(
        rng, PIECE, applying=frozenset({"b:2"}), binding=frozenset({"a", "b"}), losses=losses
    )
    assert read[0] == 3 and sorted(read) == [0, 1, 2, 3, 4, 6, 7]


@pytest.mark.parametrize("seed", range(5))
def test_something_is_always_read(seed: int) -> None:
    read = observe_law(
        np.random.default_rng(seed),
        PIECE,
        applying=frozenset(),
        binding=frozenset({"c"}),
        losses=Losses(unread=1.0),
    )
    assert read == [5]


def test_the_engineering_code_is_no_law_text() -> None:
    pieces = law_pieces(book(), {})
    assert "engineering" not in pieces.instruments
    assert len(pieces.texts) == len(pieces.provisions) == len(pieces.instruments) > 500
