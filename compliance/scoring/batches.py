"""Surveys as batches: the view of the student (hashed text), and the view of the teachers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from compliance.scoring.dataset import MODALITIES, Surveys
from compliance.scoring.observe import LawPieces
from compliance.scoring.words import PIECE_FEATURES, SENTENCE_FEATURES, table
from distill.batch import ModalityBatch


@dataclass(frozen=True)
class Rows:
    """Tables that numbers of texts point to; row 0 is "no text"."""

    sentences: Tensor
    pieces: Tensor

    @classmethod
    def hashed(cls, surveys: Surveys, pieces: LawPieces) -> Rows:
        """Return the hashed words of every sentence and piece."""
        return cls(
            padded(torch.tensor(table(surveys.sentences, SENTENCE_FEATURES))),
            padded(torch.tensor(table(pieces.texts, PIECE_FEATURES))),
        )


def padded(rows: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(rows[:1]), rows])


class Loader:
    """Makes batches of surveys.

    Args:
        surveys: inputs and labels.
        rows: what stands for each text.
        only: modalities to read; all when ``None``.
    """

    def __init__(self, surveys: Surveys, rows: Rows, only: Sequence[str] | None = None) -> None:
        self.surveys, self.rows = surveys, rows
        self.only = tuple(MODALITIES if only is None else only)

    def __len__(self) -> int:
        return len(self.surveys)

    def batch(self, at: np.ndarray) -> ModalityBatch:
        """Return the designs of the given numbers, all modalities present."""
        values = {name: getattr(self, f"_{name}")(at) for name in self.only}
        return ModalityBatch.complete(values, targets=self.targets(at))

    def _acoustic(self, at: np.ndarray) -> Tensor:
        return torch.from_numpy(self.surveys.acoustic[at].astype(np.float32))

    def _legal(self, at: np.ndarray) -> Tensor:
        return self.rows.pieces[torch.from_numpy(self.surveys.law[at] + 1).long()]

    def _sensor(self, at: np.ndarray) -> Tensor:
        return torch.from_numpy(self.surveys.sensor[at])

    def _structure(self, at: np.ndarray) -> Tensor:
        s = self.surveys
        stated = np.concatenate([s.stated[at].astype(np.float32), s.stated_places[at]], axis=1)
        report = self.rows.sentences[torch.from_numpy(s.report[at] + 1).long()]
        return torch.cat([torch.from_numpy(stated), report.flatten(1).to(torch.float32)], dim=1)

    def targets(self, at: np.ndarray) -> dict[str, Tensor]:
        """Return the labels of the designs of the given numbers."""
        s = self.surveys
        return {
            "flags": torch.from_numpy(s.flags[at].astype(np.float32)),
            "places": torch.from_numpy(s.places[at]),
            "binds": torch.from_numpy(s.binds[at]),
            "compliant": torch.from_numpy(s.compliant[at]),
            "row": torch.from_numpy(np.asarray(at, dtype=np.int64)),
        }

    def shuffled(self, seed: int, epoch: int, size: int) -> Iterator[ModalityBatch]:
        """Yield the batches of an epoch."""
        order = np.random.default_rng([seed, epoch]).permutation(len(self))
        for at in range(0, len(order) - size + 1, size):
            yield self.batch(order[at : at + size])

    def ordered(self, size: int = 256) -> Iterator[ModalityBatch]:
        """Yield all designs in order."""
        for at in range(0, len(self), size):
            yield self.batch(np.arange(at, min(at + size, len(self))))
