"""One unit of the experiment: learn from some annotated segments, be judged on others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from distill.calibration import sigmoid, softmax
from distill.hashed import HashedStudent, save_student
from distill.hashed_training import StudentSettings
from distill.metrics import expected_calibration_error
from jurisdictions.extract import extract_texts
from jurisdictions.learning.examples import (
    Example,
    Examples,
    Task,
    gold_examples,
    joined,
    sampled,
    split,
)
from jurisdictions.learning.reading import Reading
from jurisdictions.learning.scoring import counts, yes_counts
from jurisdictions.learning.segments import Annotated
from jurisdictions.learning.student import answers, distilled, taught_by_labels
from jurisdictions.learning.teacher import TeacherSettings, train_teacher
from jurisdictions.learning.thresholds import decide, installation_thresholds, modality_confidence
from jurisdictions.norm import Extraction
from jurisdictions.pipeline.learned import learned

if TYPE_CHECKING:
    from spacy.language import Language

Floats = NDArray[np.float64]
Row = dict[str, Any]

#: The definition in the annotation guidelines taken at its words: rules that nobody tuned.
_GUIDELINE = re.compile(
    r"\b(?:installations?|artificial islands?|habitats? at sea|siting|safety zones?|removal|"
    r"discharges?|pollution|monitoring|research|consent|operators?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Material:
    """What all units share.

    Attributes:
        weak: weakly labelled examples to rehearse while fine-tuning.
        weak_held: others, for early stopping and calibration beside the annotated ones.
        pool: what the teacher is asked about for the students.
        base: weights of the teacher that learned the weak labels.
        folder: where the students' files go.
    """

    weak: Examples
    weak_held: Examples
    pool: Examples
    base: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Sizes of a unit.

    Attributes:
        teacher, student: their schedules.
        rehearsal: weak examples per task in the fine-tuning and in its validation.
        inner: share of the annotated training segments kept for validation.
    """

    teacher: TeacherSettings = field(default_factory=TeacherSettings)
    student: StudentSettings = field(default_factory=StudentSettings)
    rehearsal: int = 50
    inner: float = 0.2


def run_unit(
    name: str,
    material: Material,
    train: tuple[list[Annotated], list[Reading]],
    test: tuple[list[Annotated], list[Reading]],
    nlp: Language,
    *,
    settings: Settings,
    seed: int,
    tick: Callable[[], None] = lambda: None,
) -> Row:
    """Train teacher and students on ``train``; return the counts of each arm on ``test``.

    Args:
        name: of the unit; names the students' files.
        material: what all units share; holds no text of ``test``.
        train, test: annotated segments and their readings.
        nlp: the default pipeline; left as it was.
        settings: sizes.
        seed: of everything random.
        tick: called now and then, for a progress bar.
    """
    own, inner = split(gold_examples(*train), settings.inner, seed)
    held = joined(inner, sampled(material.weak_held, settings.rehearsal, seed))
    teacher, history = train_teacher(
        joined(own, sampled(material.weak, settings.rehearsal, seed)),
        held, settings=settings.teacher, seed=seed, start=material.base, tick=tick,
    )  # fmt: skip
    shown = joined(own, material.pool)
    taught: dict[Task, HashedStudent] = {}
    direct: dict[Task, HashedStudent] = {}
    for task in ("binds", "modality"):
        taught[task] = distilled(
            task, shown[task], held[task], teacher, settings=settings.student, seed=seed
        )
        direct[task] = taught_by_labels(
            shown[task], held[task], settings=settings.student, seed=seed
        )
        tick()
    return {
        "epoch": history.best,
        "temperatures": teacher.temperatures,
        "students": {task: student.temperature for task, student in taught.items()},
        "arms": _arms(name, material, held, taught, direct, test, nlp, tick),
        "alone": _alone(gold_examples(*test), teacher.logits, taught),
        "binds": _binds(gold_examples(*test)["binds"], test, teacher.logits, taught["binds"]),
    }


def _arms(
    name: str,
    material: Material,
    held: Examples,
    taught: dict[Task, HashedStudent],
    direct: dict[Task, HashedStudent],
    test: tuple[list[Annotated], list[Reading]],
    nlp: Language,
    tick: Callable[[], None],
) -> Row:
    """Return the counts of the pipeline without and with students, each run for real."""
    arms: Row = {"rules": _scored(test[0], nlp)}
    for label, students, chosen in (
        ("chosen", taught, True), ("half", taught, False), ("direct", direct, True),
        ("direct half", direct, False),
    ):  # fmt: skip
        yes, no, confidence = 0.5, 0.5, 0.5
        if chosen:
            probability = sigmoid(answers(students["binds"], held["binds"])[:, 0])
            yes, no = installation_thresholds(held["binds"], probability)
            sure = softmax(answers(students["modality"], held["modality"]))
            confidence = modality_confidence(held["modality"], sure)
        files = _saved(f"{name}-{'direct' if students is direct else 'taught'}", material, students)
        with learned(nlp, files["modality"], files["binds"], confidence=confidence, yes=yes, no=no):
            arms[label] = {**_scored(test[0], nlp), "thresholds": [confidence, yes, no]}
        tick()
    return arms


def _saved(name: str, material: Material, students: dict[Task, HashedStudent]) -> dict[Task, Path]:
    files: dict[Task, Path] = {}
    for task, student in students.items():
        files[task] = material.folder / f"{name}-{task}.safetensors"
        save_student(student, files[task], card={"task": task})
    return files


def extracted(items: list[Annotated], nlp: Language) -> list[Extraction]:
    """Return what the pipeline reads in annotated segments."""
    parts = ((one.segment.text, one.segment.lead_in, one.segment.instrument) for one in items)
    return list(extract_texts(parts, nlp=nlp))


def _scored(items: list[Annotated], nlp: Language) -> Row:
    norms, binds = counts(items, extracted(items, nlp))
    return {"norms": norms.tolist(), "binds": binds.tolist()}


Logits = Callable[[Any, Any], NDArray[np.float32]]


def _alone(test: Examples, teacher: Logits, students: dict[Task, HashedStudent]) -> Row:
    """Return right answers on annotated cues: rules, teacher, student, on all and where unsure."""
    items = test["modality"]
    label = np.array([one.verdict for one in items])
    said = {
        "rules": np.array([one.rules for one in items]),
        "teacher": teacher("modality", [one.text for one in items]).argmax(axis=1),
        "student": answers(students["modality"], items).argmax(axis=1),
    }
    unsure = np.array([one.unsure for one in items])
    return {
        name: {
            "right": int((answer == label).sum()), "of": len(items),
            "right_unsure": int((answer == label)[unsure].sum()), "of_unsure": int(unsure.sum()),
        }
        for name, answer in said.items()
    }  # fmt: skip


def _binds(
    items: list[Example],
    test: tuple[list[Annotated], list[Reading]],
    teacher: Logits,
    student: HashedStudent,
) -> Row:
    """Return counts of "binds": learners alone, the teacher gated, the guidelines' words."""
    gold = [one.binds for one in test[0]]
    rules = [one.rules for one in items]
    unsure = [one.unsure for one in items]
    wise = sigmoid(teacher("binds", [one.text for one in items])[:, 0])
    small = sigmoid(answers(student, items)[:, 0])
    gated = [
        decide(answer, float(value), yes=0.5, no=0.5) if open_ else answer
        for answer, value, open_ in zip(rules, wise, unsure, strict=True)
    ]
    words = [_GUIDELINE.search(one.segment.text) is not None for one in test[1]]
    said: dict[str, list[bool]] = {
        "teacher": (wise >= 0.5).tolist(),
        "student": (small >= 0.5).tolist(),
        "teacher gated": [bool(answer) for answer in gated],
        "words": words,
    }
    rows: Row = {
        name: [yes_counts(one, answer) for one, answer in zip(gold, verdicts, strict=True)]
        for name, verdicts in said.items()
    }
    rows["unsure"] = int(sum(unsure))
    rows["teacher ece"] = expected_calibration_error(wise, gold)
    rows["student ece"] = expected_calibration_error(small, gold)
    return rows
