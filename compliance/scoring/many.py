"""Many designs scored at once: the student reads them in batches, the tensor engine rules.

The answers are those of :func:`compliance.scoring.score_report.score_report`, one by one, but for
the last bits of sums: a batch adds in another order than one sample does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from base import UsageError
from compliance.engine.law import Law
from compliance.scoring.answers import Answer, answers_of, binding_by_rules
from compliance.scoring.estimate import Estimates, Inputs, batch_of, estimates_of
from compliance.scoring.predicted import stated_design
from compliance.scoring.stated import Ruled, ruled, situation_of
from compliance.scoring.survey_files import Position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from torch import Tensor

    from compliance.scoring.heads import Scores
    from compliance.scoring.shipped import Shipped
    from compliance.situation import Situation
    from distill.batch import ModalityBatch
    from habitat.design import Design
    from jurisdictions.rulebook import RuleBook

#: Designs that the student reads at a time.
BATCH = 128
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, slots=True)
class Case:
    """One design to score.

    Attributes:
        inputs: its surveys.
        batch: the same as the student takes them.
        binding: what the rules say of whether each jurisdiction binds.
        stated: the stated facts as a design with its situation; ``None`` where they are none.
    """

    inputs: Inputs
    batch: ModalityBatch
    binding: Mapping[str, bool | None]
    stated: tuple[Design, Situation] | None


@dataclass(frozen=True, slots=True)
class Scored:
    """What is said of one design: an answer for each jurisdiction, and what is believed."""

    answers: tuple[Answer, ...]
    estimates: Estimates


class Scorer:
    """Scores designs in batches.

    Args:
        shipped: the student, loaded over ``book``.
        book: compiled law.
        as_of: the date whose law counts.
        device: where the student reads: ``cpu`` or ``cuda``.
    """

    def __init__(self, shipped: Shipped, book: RuleBook, as_of: date, *, device: str) -> None:
        self.shipped, self.law, self.device = shipped, Law(book, as_of), device

    def case(self, inputs: Inputs, position: Position | None) -> Case:
        """Return a design ready to be scored.

        Raises:
            DesignError: the stated facts assert something impossible about their site.
        """
        stated, law = inputs.stated(), self.law
        meant = stated_design(stated, position, {"purpose": "other"})
        binding = binding_by_rules(stated, meant, as_of=law.as_of, shared=law.places)
        design = stated_design(stated, position)
        return Case(
            inputs,
            batch_of(inputs, self.shipped),
            binding,
            None if design is None else (design, situation_of(design, law)),
        )

    def score(self, cases: Sequence[Case]) -> tuple[list[Scored], Ruled]:
        """Score designs, in order; return too what the rules say on stated facts alone."""
        rules = ruled([case.stated for case in cases], self.law)
        groups: dict[tuple[str, ...], list[int]] = {}
        for row, case in enumerate(cases):
            groups.setdefault(case.inputs.modalities(), []).append(row)
        found: dict[int, Scored] = {}
        for rows in groups.values():
            for start in range(0, len(rows), BATCH):
                part = rows[start : start + BATCH]
                for row, scores in zip(part, self._read([cases[at] for at in part]), strict=True):
                    found[row] = self._scored(cases[row], scores, rules.answers[row])
        return [found[row] for row in range(len(cases))], rules

    def _read(self, cases: Sequence[Case]) -> Iterator[Scores]:
        """Let the student read designs with the same modalities; yield the scores of each."""
        import torch

        from compliance.scoring.heads import Scores
        from distill.batch import joined

        with torch.no_grad(), reproducible():
            reader = self.shipped.reader.to(self.device)
            found = reader(joined([case.batch for case in cases]).to(self.device))
        logits, mean = found.logits.cpu(), found.mean.cpu()
        log_variance, compliance = found.log_variance.cpu(), found.compliance.cpu()
        for row in range(len(cases)):
            own = slice(row, row + 1)
            yield Scores(logits[own], mean[own], log_variance[own], compliance[own], {}, {}, {})

    def _scored(self, case: Case, scores: Scores, said: Mapping[str, str | None]) -> Scored:
        inputs, shipped = case.inputs, self.shipped
        told = _told(case.batch.values.get("structure"), shipped)
        estimates = estimates_of(scores, inputs, shipped, told=told)
        answers = answers_of(
            scores,
            inputs,
            estimates,
            shipped,
            self.law.book,
            binding=case.binding,
            ruled=said,
        )
        return Scored(answers, estimates)


def _told(structure: Tensor | None, shipped: Shipped) -> NDArray[np.bool_]:
    """Return which amounts the structure of a batch of one states, or what follows from it."""
    logits, amounts = shipped.vocabulary.logits, len(shipped.vocabulary.amounts)
    if structure is None:
        return np.zeros(amounts, dtype=np.bool_)
    places: NDArray[np.float32] = structure[0, logits : logits + amounts].numpy()
    return ~np.isnan(places)


def device_of(asked: str) -> str:
    """Return where a student reads: a graphics processor, where there is one and it may.

    Raises:
        UsageError: no such device, or it is not there.
    """
    import torch

    if asked not in DEVICES:
        raise UsageError(f"no device '{asked}'", where="--device", hint=f"use {', '.join(DEVICES)}")
    # Counted without waking it, so that processes may still be forked.
    there = torch.cuda.device_count() > 0
    if asked == "cuda" and not there:
        raise UsageError("no graphics processor is here", where="--device", hint="use --device cpu")
    return "cuda" if there and asked != "cpu" else "cpu"


@contextmanager
def reproducible() -> Iterator[None]:
    """Let the same batch give the same bits: one thread, and no shortened numbers on a GPU."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False
        ):
            yield
    finally:
        torch.set_num_threads(before)
