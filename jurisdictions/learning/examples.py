"""Examples of the two tasks, from weak labels and from people's annotations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from distill.hashed import Features
from jurisdictions.learning.reading import Reading
from jurisdictions.learning.scoring import gold_modality
from jurisdictions.learning.segments import Annotated
from jurisdictions.learning.weak_labels import Bindings, installation_label, modality_label
from jurisdictions.pipeline.features import MODALITIES

Task = Literal["binds", "modality"]
#: Labels per task; one means yes or no.
TASKS: dict[Task, int] = {"binds": 1, "modality": len(MODALITIES)}
#: How far a person's annotation is trusted beside a weak label (at most 1).
_GOLD = 3.0
#: Weak probabilities between these two are no verdict.
_NO, _YES = 0.3, 0.7


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to learn from.

    Attributes:
        text: what the teacher reads.
        features: what the student reads.
        target: probabilities, shape (labels,).
        weight: how far they are trusted.
        unsure: whether the rules answered by default.
        rules: the rules' answer: yes (1) or no (0), or the index of the modality.
        known: whether a person had a part in the label.
    """

    text: str
    features: Features
    target: NDArray[np.float32]
    weight: float
    unsure: bool
    rules: int
    known: bool

    @property
    def verdict(self) -> int | None:
        """The label where it is one: 0 or 1, or the index of the modality."""
        if len(self.target) > 1:
            return int(self.target.argmax())
        probability = float(self.target[0])
        return None if _NO < probability < _YES else int(probability >= _YES)


Examples = dict[Task, list[Example]]


def weak_examples(readings: Iterable[Reading], bindings: Bindings) -> Examples:
    """Return examples whose labels come from the rules and the binding files.

    Args:
        readings: of provisions; their ids say what the binding files know of them.
        bindings: what people said.
    """
    made: Examples = {"binds": [], "modality": []}
    for one in readings:
        people = bindings.people(one.segment.id)
        named = one.evidence in ("thing", "research")
        label = installation_label(people, rules=one.binds, named=named)
        made["binds"].append(
            Example(
                one.described, one.features, np.array([label.probability], dtype=np.float32),
                label.weight, one.unsure, int(one.binds), people != "unknown",
            )
        )  # fmt: skip
        for cue in one.cues:
            target, weight = modality_label(cue.modality, MODALITIES, unsure=cue.unsure)
            made["modality"].append(
                Example(
                    cue.marked, cue.features, np.array(target, dtype=np.float32), weight,
                    cue.unsure, MODALITIES.index(cue.modality), known=False,
                )
            )  # fmt: skip
    return made


def gold_examples(gold: Sequence[Annotated], readings: Sequence[Reading]) -> Examples:
    """Return examples labelled by people.

    Args:
        gold: annotated segments.
        readings: of the same segments, in the same order.
    """
    made: Examples = {"binds": [], "modality": []}
    for item, one in zip(gold, readings, strict=True):
        target = np.array([float(item.binds)], dtype=np.float32)
        made["binds"].append(
            Example(
                one.described, one.features, target, _GOLD, one.unsure, int(one.binds), known=True
            )
        )
        answers = gold_modality([cue.cue for cue in one.cues], item.norms)
        for cue, answer in zip(one.cues, answers, strict=True):
            if answer is not None:
                hot = np.array([float(name == answer) for name in MODALITIES], dtype=np.float32)
                made["modality"].append(
                    Example(
                        cue.marked, cue.features, hot, _GOLD, cue.unsure,
                        MODALITIES.index(cue.modality), known=True,
                    )
                )  # fmt: skip
    return made


def joined(*parts: Examples) -> Examples:
    """Return the examples of all parts, task by task."""
    return {task: [one for part in parts for one in part[task]] for task in TASKS}


def sampled(examples: Examples, count: int, seed: int) -> Examples:
    """Return at most ``count`` examples of each task, those where the rules are unsure first.

    Half of the places go to what the rules are unsure of, for there the student will be asked.
    """
    draw = np.random.default_rng(seed)
    chosen: Examples = {"binds": [], "modality": []}
    for task, items in examples.items():
        order = draw.permutation(len(items)).tolist()
        unsure = [at for at in order if items[at].unsure][: count // 2]
        sure = [at for at in order if not items[at].unsure][: count - len(unsure)]
        chosen[task] = [items[at] for at in draw.permutation(unsure + sure).tolist()]
    return chosen


def split(examples: Examples, share: float, seed: int) -> tuple[Examples, Examples]:
    """Return (training, validation) with ``share`` of each task in the validation part."""
    draw = np.random.default_rng(seed)
    train: Examples = {"binds": [], "modality": []}
    held: Examples = {"binds": [], "modality": []}
    for task, items in examples.items():
        # Rare labels are spread evenly: order by label, then take every n-th after a shuffle.
        order = sorted(
            draw.permutation(len(items)).tolist(), key=lambda at: tuple(items[at].target)
        )
        every = max(2, round(1 / share))
        start = int(draw.integers(every))
        for place, at in enumerate(order):
            (held if place % every == start else train)[task].append(items[at])
    return train, held
