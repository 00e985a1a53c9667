"""Labels, folds, near duplicates, scores and thresholds of the learning experiment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import ExtractionError
from distill.hashed import Features
from jurisdictions.binding import BindingFile
from jurisdictions.learning.examples import Example, Examples, sampled, split
from jurisdictions.learning.near import NearDuplicates
from jurisdictions.learning.scoring import counts, gold_modality, same_cue
from jurisdictions.learning.segments import Annotated, Segment, annotated, folds
from jurisdictions.learning.thresholds import decide, installation_thresholds, modality_confidence
from jurisdictions.learning.weak_labels import Bindings, installation_label, modality_label
from jurisdictions.norm import Extraction, Norm

RULE = {
    "id": "raft-3-keel", "provision": "raft:3", "title": "keel has been inspected",
    "class": "safety", "severity": "major", "addressee": "state", "effect": "through_state",
    "open": "was the keel inspected?",
}  # fmt: skip


def bindings(*rules: Mapping[str, Any]) -> Bindings:
    reviewed = {"provisions": ["raft:1", "raft:2.b"], "reason": "about rowing boats only"}
    file = {"instrument": "raft", "rules": rules, "reviewed": [reviewed]}
    return Bindings({"raft": BindingFile.model_validate(file)})


@pytest.mark.parametrize(
    ("provision", "people"),
    [
        ("raft:3", "state"),
        ("raft:3.a", "unknown"),
        ("raft:1.a.ii", "reviewed"),
        ("raft:2.b", "reviewed"),
        ("raft:2", "unknown"),
        ("canoe:1", "unknown"),
    ],
)
def test_people_speak_of_a_provision_and_what_a_review_covers(provision: str, people: str) -> None:
    assert bindings(RULE).people(provision) == people


def test_a_rule_on_the_operator_outranks_one_on_the_state() -> None:
    other = {**RULE, "id": "raft-3-log", "addressee": "operator", "effect": "direct"}
    assert bindings(RULE, other).people("raft:3") == "operator"
    assert bindings(other, RULE).people("raft:3") == "operator"


def test_weak_labels_follow_their_witnesses() -> None:
    def yes(people: Any, rules: bool, named: bool = False) -> float:
        return installation_label(people, rules=rules, named=named).probability

    assert yes("reviewed", False, named=True) == yes("unknown", True, named=True) > 0.9
    assert yes("operator", False) > yes("state", False) > yes("organ", False)
    assert yes("reviewed", False) < yes("unknown", False) < yes("unknown", True)
    alone = installation_label("unknown", rules=True, named=False)
    assert alone.weight < installation_label("reviewed", rules=True, named=False).weight


def test_a_default_of_the_rules_teaches_less() -> None:
    order = ("obligation", "prohibition", "permission", "constitutive")
    sure, trust = modality_label("permission", order, unsure=False)
    soft, less = modality_label("permission", order, unsure=True)
    assert sum(sure) == pytest.approx(1) and sum(soft) == pytest.approx(1)
    assert sure[2] > soft[2] > max(soft[0], soft[1], soft[3])
    assert trust > less


def segment(name: str, binds: bool = False, norms: tuple[dict[str, str], ...] = ()) -> Annotated:
    return Annotated(Segment(name, "", "", "text", "RAFT"), norms, binds)


@given(st.integers(0, 20), st.integers(20, 60), st.integers(2, 6), st.integers(0, 9))
def test_folds_share_out_every_segment_and_the_rare_label(
    positives: int, total: int, count: int, seed: int
) -> None:
    items = [segment(str(at), binds=at < positives) for at in range(total)]
    parts = folds(items, count, seed)
    assert sorted(at for part in parts for at in part) == list(range(total))
    held = [sum(items[at].binds for at in part) for part in parts]
    assert max(held) - min(held) <= 1


def test_annotations_are_read_by_id(tmp_path: Path) -> None:
    rows = [{"id": name, "text": f"Text {name}.", "lead_in": None} for name in "ab"]
    gold = [{"id": "b", "norms": [{"modality": "permission"}], "binds_installation": True}]
    for name, content in (("segments", rows), ("gold", gold)):
        (tmp_path / name).write_text("\n".join(json.dumps(row) for row in content))
    (only,) = annotated(tmp_path / "segments", tmp_path / "gold")
    assert (only.segment.text, only.segment.lead_in, only.binds) == ("Text b.", "", True)
    (tmp_path / "gold").write_text(json.dumps({**gold[0], "id": "z"}))
    with pytest.raises(ExtractionError, match="no segment is annotated"):
        annotated(tmp_path / "segments", tmp_path / "gold")


def test_rewording_does_not_hide_a_tested_text() -> None:
    tested = (
        "The holder of a permit for red buoys shall paint every buoy once in each calendar year"
    )
    near = NearDuplicates([tested])
    assert tested.upper() + "!" in near
    assert tested.replace("red", "green") in near
    assert "(b) The holder of a permit for red buoys shall paint every buoy" in near
    assert "The Council shall paint its seat once in each calendar year" not in near


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("shall", "shall not", True), ("shall", "may", False), ("<lead_in>", "<lead_in>", True),
     ("all", "shall", False), ("", "", True), ("", "may", False)],
)  # fmt: skip
def test_cues_agree_when_one_holds_the_other(one: str, other: str, same: bool) -> None:
    assert same_cue(one, other) is same


def norm(modality: Any, cue: str) -> Norm:
    return Norm(modality, cue, 0, 0, None, "", 0, 0)


def test_counts_match_norms_one_to_one() -> None:
    wanted = ({"modality": "permission", "cue": "may"}, {"modality": "obligation", "cue": "shall"})
    found = Extraction(norms=(norm("permission", "may"), norm("permission", "may")))
    norms, binds = counts([segment("a", True, wanted)], [found])
    assert norms.tolist() == [[1, 1, 1]]
    assert binds.tolist() == [[0, 0, 1]]


def test_a_cue_takes_its_annotated_modality_once() -> None:
    norms = [{"modality": "constitutive", "cue": "shall"}, {"modality": "permission", "cue": "may"}]
    assert gold_modality(["shall", "shall", "may"], norms) == ["constitutive", None, "permission"]


def example(target: list[float], *, unsure: bool = True, rules: int = 0) -> Example:
    features = Features(np.zeros(0, dtype=np.uint64), np.zeros(1, dtype=np.float32))
    return Example("", features, np.array(target, np.float32), 1.0, unsure, rules, known=True)


def test_the_student_abstains_where_the_rules_make_no_mistake() -> None:
    items = [example([1.0], rules=1), example([0.0], rules=0)] * 4
    yes, no = installation_thresholds(items, np.tile([0.9, 0.1], 4))
    assert yes > 1 and no < 0


def test_the_student_is_heard_where_that_wins() -> None:
    missed = [example([1.0], rules=0)] * 3 + [example([0.0], rules=0)] * 9
    yes, no = installation_thresholds(missed, np.array([0.85] * 3 + [0.65] * 9))
    assert 0.65 < yes <= 0.85 and no < 0
    sure = [example([1.0], rules=0, unsure=False)] * 3
    assert installation_thresholds(sure, np.full(3, 0.99))[0] > 1


@pytest.mark.parametrize(
    ("rules", "probability", "answer"), [(0, 0.9, 1), (1, 0.9, 1), (1, 0.1, 0), (1, 0.5, 1)]
)
def test_between_the_thresholds_the_rules_stand(
    rules: int, probability: float, answer: int
) -> None:
    assert decide(rules, probability, yes=0.8, no=0.2) == answer


def test_confidence_counts_only_what_the_rules_left_open() -> None:
    items = [example([0, 0, 0, 1], rules=0), example([1, 0, 0, 0], rules=0, unsure=False)]
    probability = np.array([[0.1, 0, 0, 0.9], [0, 0, 0, 1.0]])
    assert modality_confidence(items, probability) == 0.9
    assert modality_confidence(items[1:], probability[1:]) > 1


def test_splits_and_samples_keep_every_example_apart() -> None:
    items = [example([float(at % 5 == 0)], unsure=at % 2 == 0) for at in range(50)]
    whole: Examples = {"binds": items, "modality": []}
    train, held = split(whole, 0.2, seed=3)
    names = [{id(one) for one in part["binds"]} for part in (train, held)]
    assert not names[0] & names[1] and len(names[0] | names[1]) == 50
    assert len(names[1]) == 10
    assert sum(float(one.target[0]) for one in held["binds"]) == 2
    chosen = sampled(whole, 20, seed=1)["binds"]
    assert len(chosen) == 20 and sum(one.unsure for one in chosen) == 10
