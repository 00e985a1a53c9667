"""From a folder of data to a student file: storms, a teacher, an ensemble, and one student."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from base import SurveyError, is_folder
from coastal.gauge import Series, Track, read_atcf, read_meds
from coastal.surge.calibration import calibrated, storm_hours
from coastal.surge.forecast import SurgeStudent, describe
from coastal.surge.learning import (
    anchored,
    finetune,
    pretrain,
    simulated,
    train_teacher,
)
from coastal.surge.network import SurgeNetwork
from coastal.surge.record import record, share_windows
from coastal.surge.storms import Mask, draw_share
from coastal.surge.uncertainty import distil_ensemble
from distill.continual import Anchor

#: Juan, always held out: three days of September 2003 and one before.
JUAN = (np.datetime64("2003-09-27T00", "h"), np.datetime64("2003-10-01T00", "h"))
#: ``λ`` of the elastic weights with which a gauge is learned; chosen on validation hours.
STRENGTH = 10.0
GAUGE = "tide-gauge/halifax_490_2003_hourly.csv"
TRACKS = "storm-tracks"


def train(
    data: Path, out: Path, *, seed: int = 0, progress: bool = False, members: int = 5,
    episodes: int = 1500, epochs: int = 20, share: float = 0.05,
) -> SurgeStudent:  # fmt: skip
    """Train a surge student from nothing and write it; the same seed gives the same file.

    Args:
        data: folder that holds :data:`GAUGE` and, if there are any, :data:`TRACKS`.
        out: the safetensors file to write.
        seed: of storms, weights and the draw of hours.
        progress: whether bars are shown on a terminal.
        members: of the ensemble that the student learns.
        episodes: simulated storms.
        epochs: of each training.
        share: of the gauge's hours that is used; Juan's never are.

    Raises:
        SurveyError: the gauge's file is missing or broken.
    """
    torch.set_num_threads(1)
    series, tracks = read_folder(data)
    aside = max(20, 2 * episodes // 5)
    windows = simulated(episodes, seed=seed, tracks=tracks)
    check = simulated(aside, seed=seed + 10_000, tracks=tracks)
    teacher = train_teacher(
        windows, check, seed=seed, epochs=epochs, progress="teacher" if progress else None
    )
    told = teacher.told(windows)
    students = [
        pretrain(
            windows, check, told, seed=seed + at, epochs=epochs,
            progress=f"student {at + 1} of {members}" if progress else None,
        )
        for at in range(members)
    ]  # fmt: skip
    student = distil_ensemble(
        students, windows, check, seed=seed, epochs=min(8, epochs),
        progress="one of all" if progress else None,
    )  # fmt: skip
    localise(student, series, anchored(student, windows), share=share, seed=seed)
    bounds = calibrated(student, storm_hours(episodes, seed=seed + 20_000, tracks=tracks))
    settings = {"episodes": episodes, "members": members, "seed": seed, "share": share}
    made = SurgeStudent(student, bounds, note=describe({**settings, "gauge": series.name}))
    made.save(out)
    return made


def localise(
    student: SurgeNetwork, series: Series, anchor: Anchor, *, share: float, seed: int
) -> None:
    """Fit a student, in place, to a share of a gauge's hours without those of Juan."""
    drawn = draw_share(series.present & ~juan_hours(series), share, seed=seed)
    train_on, check_on = share_windows(record(series, drawn.known), drawn)
    finetune(student, train_on, check_on, seed=seed, anchor=anchor, strength=STRENGTH)


def juan_hours(series: Series) -> Mask:
    """Return which hours are Juan's, shape (hours,); none at another gauge or time."""
    return np.asarray((series.times >= JUAN[0]) & (series.times < JUAN[1]))


def read_folder(data: Path) -> tuple[Series, list[Track]]:
    """Return the gauge and the tracks of a data folder.

    Raises:
        SurveyError: the gauge's file is missing, or one is broken.
    """
    if not is_folder(data):
        raise SurveyError("no such folder", where=str(data), hint="give the folder of the data")
    series = read_meds(data / GAUGE)
    return series, [read_atcf(one) for one in sorted((data / TRACKS).glob("*.dat"))]
