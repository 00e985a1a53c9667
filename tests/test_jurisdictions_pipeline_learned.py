"""The learned components: heard where the rules are unsure, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill.hashed import Features, HashedStudent, save_student
from jurisdictions.extract import extract_text, extract_texts, load_pipeline
from jurisdictions.pipeline.features import MODALITIES, cue_features, segment_features
from jurisdictions.pipeline.learned import (
    Judge,
    LearnedInstallation,
    LearnedModality,
    learned,
)
from jurisdictions.pipeline.state import Cue, rows
from jurisdictions.pipeline.text import normalise
from jurisdictions.pipeline.unsure import unsure_installation, unsure_modality


def read(text: str) -> Any:
    return load_pipeline()(normalise(text))


def always(*logits: float) -> Judge:
    return lambda features: np.array(logits, dtype=np.float32)


@pytest.mark.parametrize(
    ("text", "unsure"),
    [
        ("The plan shall indicate the depth of each anchor.", True),
        ("Each drawing shall show the keel.", True),
        ("The harbour is a place of refuge.", True),
        ("The operator shall indicate the depth.", False),
        ("The plan shall not exceed ten pages.", False),
        ("The plan shall be deemed approved.", False),
        ("The plan shall enter into force in May.", False),
        ("The plan may be revised.", False),
        ("This Part applies to rafts.", False),
        ('"Raft" means a floating body.', False),
    ],
)
def test_modality_is_unsure_where_no_word_decided(text: str, unsure: bool) -> None:
    doc = read(text)
    assert [unsure_modality(doc, cue) for cue in rows(doc, "cues", Cue)] == [unsure]


@pytest.mark.parametrize(
    ("text", "unsure"),
    [
        ("Each owner of a platform shall mark it.", False),
        ("A research project needs the consent of the State.", False),
        ('"Raft" means a floating body.', False),
        ("The Council shall consist of nine members.", False),
        ("States shall protect rare corals.", True),
        ("The lessee shall keep a log.", True),
        ("The contractor shall pay the annual fee.", True),
        ("(b) a list of moorings;", True),
    ],
)
def test_installations_are_unsure_where_nothing_is_named(text: str, unsure: bool) -> None:
    assert unsure_installation(read(text)) is unsure


def test_the_judge_of_modality_is_heard_only_where_the_rules_are_unsure() -> None:
    sure = LearnedModality(always(0, 0, 0, 9), confidence=0.9)
    doc = sure(read("The plan shall show the depth; the operator shall file the plan."))
    assert [cue.modality for cue in rows(doc, "cues", Cue)] == ["constitutive", "obligation"]


@pytest.mark.parametrize("judge", [always(0.1, 0, 0, 0.4), always(9, 0, 0, 0)])
def test_a_judge_that_doubts_or_agrees_changes_nothing(judge: Judge) -> None:
    doc = LearnedModality(judge, confidence=0.9)(read("The plan shall show the depth."))
    assert [cue.modality for cue in rows(doc, "cues", Cue)] == ["obligation"]


@pytest.mark.parametrize(
    ("text", "logit", "binds"),
    [
        ("States shall protect rare corals.", 3.0, True),
        ("States shall protect rare corals.", 0.0, False),
        ("The lessee shall keep a log.", -3.0, False),
        ("The lessee shall keep a log.", 0.0, True),
        ("Each owner of a platform shall mark it.", -9.0, True),
        ('"Raft" means a floating body.', 9.0, False),
        ("", 9.0, False),
    ],
)
def test_the_judge_of_installations_may_abstain(text: str, logit: float, binds: bool) -> None:
    component = LearnedInstallation(always(logit), yes=0.9, no=0.1)
    assert component(read(text))._.binds_installation is binds


def test_features_tell_roles_apart_and_have_one_width() -> None:
    first = read("The plan shall show the depth.")
    second = read("The depth shall show the plan; it is deep.")
    segments = [segment_features(doc) for doc in (first, second, read("Raft."))]
    assert len({len(one.dense) for one in segments}) == 1
    cues = [cue_features(doc, cue) for doc in (first, second) for cue in rows(doc, "cues", Cue)]
    assert len({len(one.dense) for one in cues}) == 1
    assert set(cues[0].keys.tolist()) != set(cues[1].keys.tolist())
    assert cues[0].keys.tolist() == cue_features(first, rows(first, "cues", Cue)[0]).keys.tolist()


def test_the_default_pipeline_holds_no_learned_component() -> None:
    assert not [name for name in load_pipeline().pipe_names if "learned" in name]


def blank_student(item: Features, labels: int, favoured: int) -> HashedStudent:
    """Return a student that always answers alike."""
    bias = np.zeros(labels, dtype=np.float32)
    bias[favoured] = 9
    return HashedStudent(
        table=np.zeros((16, 4), np.float32),
        hidden=np.zeros((8, 4 + len(item.dense)), np.float32),
        hidden_bias=np.zeros(8, np.float32),
        output=np.zeros((labels, 8), np.float32),
        output_bias=bias,
        temperature=1.0,
    )


def test_saved_students_run_inside_the_pipeline_and_leave_it_again(tmp_path: Path) -> None:
    text = "The plan shall show the depth."
    doc = read(text)
    cue = cue_features(doc, rows(doc, "cues", Cue)[0])
    modality, binds = tmp_path / "m.safetensors", tmp_path / "b.safetensors"
    save_student(blank_student(cue, 4, MODALITIES.index("constitutive")), modality, card={})
    save_student(blank_student(segment_features(doc), 1, 0), binds, card={})
    nlp = load_pipeline()
    before = nlp.pipe_names
    with learned(nlp, modality, binds, confidence=0.9, yes=0.9, no=0.1):
        (found,) = extract_texts([(text, "", "")], nlp=nlp)
    assert [norm.modality for norm in found.norms] == ["constitutive"]
    assert [norm.bearer for norm in found.norms] == ["plan"], "bearers follow the new modality"
    # a text whose norms all define something is no longer unsure of installations
    assert not found.binds_installation
    assert nlp.pipe_names == before
    assert extract_text(text).norms[0].modality == "obligation"
