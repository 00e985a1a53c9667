"""What all pieces share: the data, the folds, the windows, and networks trained once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from coastal.gauge import harmonic_tide
from coastal.surge.calibration import StormHours, storm_hours
from coastal.surge.learning import (
    RICH,
    anchored,
    finetune,
    pretrain,
    simulated,
    train_teacher,
)
from coastal.surge.network import SurgeNetwork, SurgeTeacher
from coastal.surge.record import Record, record, share_windows
from coastal.surge.storms import Storm, draw_share, find_storms, folds, hours_of_storms
from coastal.surge.train import STRENGTH, juan_hours, read_folder
from coastal.surge.uncertainty import distil_ensemble
from coastal.surge.windows import LEADS, with_gaps
from distill.batch import ModalityBatch
from distill.continual import Anchor
from distill.teacher import FrozenTeacher
from distill.weights import (
    load_note,
    load_tensors,
    restore_weights,
    save_tensors,
    save_weights,
    weights_hash,
)

FOLDS, MEMBERS = 5, 5
#: Windows to train on, to choose epochs on, to calibrate and to test on, as in :func:`train`.
TRAIN, STOP, CALIBRATE, TEST = range(4)
EPISODES, ASIDE = 1500, 600


@dataclass(frozen=True, slots=True)
class Split:
    """One fold of one draw.

    Attributes:
        storms: those held out.
        made: the record with the tide of the hours given.
        train, check: windows of the hours given.
        seen: hours that the gauge reports in the test, shape (hours,).
    """

    storms: list[Storm]
    made: Record
    train: ModalityBatch
    check: ModalityBatch
    seen: NDArray[np.bool_]


class Workshop:
    """The data, the folds, and what is trained once.

    Args:
        data: folder with tide-gauge/ and storm-tracks/.
        out: where pieces and networks are kept.
    """

    def __init__(self, data: Path, out: Path) -> None:
        torch.set_num_threads(1)
        self.data, self.out = data, out
        self.series, self.tracks = read_folder(data)
        # What a storm is may rest on the whole record; no forecast does.
        storms = find_storms(harmonic_tide(self.series).residual(self.series).values)
        self.juan_hours = juan_hours(self.series)
        self.juan = [one for one in storms if self.juan_hours[one.peak]]
        self.folds = folds([one for one in storms if not self.juan_hours[one.peak]], FOLDS)
        self.folds[0] = self.folds[0] + self.juan
        self._anchors: dict[str, Anchor] = {}
        self.windows = cache(self._windows)

    def _windows(self, part: int) -> ModalityBatch:
        count = EPISODES if part == TRAIN else ASIDE
        return simulated(count, seed=10_000 * part, tracks=self.tracks)

    @cached_property
    def storms_aside(self) -> StormHours:
        """Simulated storms that intervals are calibrated on."""
        return storm_hours(EPISODES, seed=10_000 * CALIBRATE, tracks=self.tracks)

    @cached_property
    def teacher(self) -> FrozenTeacher:
        """The teacher, trained once."""
        path = self.out / "teacher.safetensors"
        if not path.exists():
            made = train_teacher(self.windows(TRAIN), self.windows(STOP), seed=0)
            note = {"temperature": repr(made.temperature)}
            save_tensors(made.network.state_dict(), path, note=note)
        network = SurgeTeacher()
        network.load_state_dict(load_tensors(path))
        stretch = float(load_note(path)["temperature"])
        return FrozenTeacher(
            network, kind="gaussian", modalities=RICH, outputs=8, temperature=stretch
        )

    def student(self, seed: int, *, taught: bool = True) -> SurgeNetwork:
        """Return a student of simulated storms, taught or not."""
        told = self.teacher.told(self.windows(TRAIN)) if taught else None
        return self._once(
            f"{'taught' if taught else 'untaught'}-{seed}",
            lambda: pretrain(self.windows(TRAIN), self.windows(STOP), told, seed=seed),
        )

    def distilled(self) -> SurgeNetwork:
        """Return the student of the first students' ensemble, as the shipped one."""
        return self._once(
            "distilled",
            lambda: distil_ensemble(
                [self.student(seed) for seed in range(MEMBERS)],
                self.windows(TRAIN), self.windows(STOP), seed=0,
            ),
        )  # fmt: skip

    def _once(self, name: str, make: Callable[[], SurgeNetwork]) -> SurgeNetwork:
        path = self.out / f"{name}.safetensors"
        if not path.exists():
            print(path.name, file=sys.stderr, flush=True)
            save_weights(make(), path)
        made = SurgeNetwork()
        restore_weights(made, path)
        return made.eval()

    def fitted(self, student: SurgeNetwork, split: Split, seed: int) -> SurgeNetwork:
        """Fit a student, in place, to the hours given."""
        mark = weights_hash(student)
        if mark not in self._anchors:
            self._anchors[mark] = anchored(student, self.windows(TRAIN), count=96)
        finetune(
            student, split.train, split.check, seed=seed, anchor=self._anchors[mark],
            strength=STRENGTH,
        )  # fmt: skip
        return student

    def split(self, fold: int, share: float, draw: int) -> Split:
        """Return one fold of a draw."""
        storms = self.folds[fold]
        closed = hours_of_storms(storms, len(self.series)) | self.juan_hours
        drawn = draw_share(self.series.present & ~closed, share, seed=100 * draw + fold)
        made = record(self.series, drawn.known)
        train, check = share_windows(made, drawn)
        gaps = with_gaps(made.surge, 0.2, np.random.default_rng([draw, fold]))
        return Split(storms, made, train, check, np.isfinite(gaps))


def held_windows(split: Split) -> tuple[ModalityBatch, NDArray[np.int64], NDArray[np.float64]]:
    """Return test windows, the storm of each (its start), and the truth inside the storm."""
    found = [(hour, one) for one in split.storms for hour in range(one.start - LEADS, one.end - 1)]
    rows = split.made.windows(np.array([hour for hour, _ in found]), seen=split.seen)
    inside = [
        [one.start <= hour + lead < one.end for lead in range(1, LEADS + 1)] for hour, one in found
    ]
    truth = np.where(inside, rows.targets["surge"].numpy(), np.nan)
    return rows, np.array([one.start for _, one in found]), truth
