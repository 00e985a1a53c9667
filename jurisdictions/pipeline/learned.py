"""Two components that let a learned student decide where the rules are unsure, and only there.

Neither is part of the default pipeline: see ``docs/learning.md`` for what was measured and decided.
A student may abstain; then the rules' answer stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from distill.calibration import sigmoid, softmax
from distill.hashed import Features
from jurisdictions.pipeline.features import MODALITIES, cue_features, segment_features
from jurisdictions.pipeline.state import Cue, put, rows
from jurisdictions.pipeline.unsure import unsure_installation, unsure_modality

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language
    from spacy.tokens import Doc

Judge = Callable[[Features], "NDArray[np.float32]"]


class LearnedModality:
    """Revise ``Cue.modality`` where no word decided it; runs between status and bearers.

    Args:
        judge: returns calibrated logits in the order of :data:`MODALITIES`.
        confidence: probability from which the judge is heard; above 1 never.
    """

    def __init__(self, judge: Judge, *, confidence: float) -> None:
        self.judge = judge
        self.confidence = confidence

    def __call__(self, doc: Doc) -> Doc:
        """Needs ``doc._.cues`` with modalities."""
        cues = rows(doc, "cues", Cue)
        revised = [self._revise(doc, cue) if unsure_modality(doc, cue) else cue for cue in cues]
        if revised != cues:
            put(doc, "cues", revised)
        return doc

    def _revise(self, doc: Doc, cue: Cue) -> Cue:
        probability = softmax(self.judge(cue_features(doc, cue)))
        best = int(probability.argmax())
        if probability[best] < self.confidence:
            return cue
        return replace(cue, modality=MODALITIES[best])


class LearnedInstallation:
    """Revise ``doc._.binds_installation`` where the text names no installation; runs last.

    Args:
        judge: returns one calibrated logit.
        yes: probability from which a "no" of the rules becomes "yes"; above 1 never.
        no: probability up to which a "yes" of the rules becomes "no"; below 0 never.
    """

    def __init__(self, judge: Judge, *, yes: float, no: float) -> None:
        self.judge = judge
        self.yes = yes
        self.no = no

    def __call__(self, doc: Doc) -> Doc:
        """Needs ``doc._.norms`` and ``doc._.binds_installation``."""
        if len(doc) and unsure_installation(doc):
            probability = float(sigmoid(self.judge(segment_features(doc)))[0])
            if probability >= self.yes:
                doc._.binds_installation = True
            elif probability <= self.no:
                doc._.binds_installation = False
        return doc


@contextmanager
def learned(
    nlp: Language,
    modality: Path,
    installation: Path,
    *,
    confidence: float,
    yes: float,
    no: float,
) -> Iterator[None]:
    """Run a block with both components in the pipeline, and take them out again.

    Args:
        nlp: the default pipeline.
        modality, installation: files of students.
        confidence, yes, no: as in :class:`LearnedModality` and :class:`LearnedInstallation`.
    """
    names = ("law_learned_modality", "law_learned_installation")
    settings = {"student": str(modality), "confidence": confidence}
    nlp.add_pipe(names[0], after="law_status", config=settings)
    nlp.add_pipe(names[1], last=True, config={"student": str(installation), "yes": yes, "no": no})
    try:
        yield
    finally:
        for name in names:
            nlp.remove_pipe(name)
