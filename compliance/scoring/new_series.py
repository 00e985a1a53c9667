"""Reading a folder of labelled sensor series, from which a student learns aged instruments."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np

from base import SurveyError, csv_problems, read_text, real_path
from compliance.scoring.concepts import EMERGENCIES
from compliance.scoring.updating import SensorTask
from habitat.survey.readers import read_sensor

LABELS = "labels.csv"
#: The column that names the file, and the one with the depth.
FILE, DEPTH = "file", "site.depth_m"
#: Fewer series teach nothing that could be validated.
LEAST = 30
#: Shares that are learned and that choose the strength; the others measure the new score.
LEARNED, CHOOSING = 0.6, 0.2

_TRUE, _FALSE = frozenset(("true", "yes", "1")), frozenset(("false", "no", "0"))


def read_series_folder(folder: Path, *, seed: int) -> tuple[SensorTask, SensorTask, SensorTask]:
    """Read series and labels, in three parts: to learn, to choose on, to measure.

    ``labels.csv`` has a column ``file`` and any of ``emergency.carbon_dioxide``,
    ``emergency.oxygen``, ``emergency.leak`` (true, false or empty) and ``site.depth_m``.

    Args:
        folder: holds ``labels.csv`` and the files that it names.
        seed: of the split.

    Raises:
        SurveyError: one line that says what is wrong, where, and what to do.
    """
    path = folder / LABELS
    text = read_text(path, error=SurveyError)
    with csv_problems(str(path), SurveyError):
        rows = list(csv.DictReader(io.StringIO(text)))
    known = (FILE, DEPTH, *EMERGENCIES)
    names = list(rows[0]) if rows else []
    if FILE not in names or not set(names) & {DEPTH, *EMERGENCIES}:
        raise SurveyError("no labels", where=str(path), hint=f"give columns of {', '.join(known)}")
    unknown = [str(name) for name in names if name not in known]
    if unknown:
        raise SurveyError(
            f"unknown column '{unknown[0]}'", where=str(path), hint=f"use {', '.join(known)}"
        )
    if len(rows) < LEAST:
        raise SurveyError(f"{len(rows)} series", where=str(path), hint=f"give at least {LEAST}")
    series = [read_sensor(folder / _name(row[FILE], path)).values for row in rows]
    task = SensorTask(
        np.stack(series),
        np.array(
            [
                [_flag(row.get(name), f"{path}, row {at}, {name}") for name in EMERGENCIES]
                for at, row in enumerate(rows, start=2)
            ],
            dtype=np.float32,
        ),
        np.array(
            [_depth(row.get(DEPTH), f"{path}, row {at}") for at, row in enumerate(rows, start=2)],
            dtype=np.float32,
        ),
    )
    order = np.random.default_rng(seed).permutation(len(task))
    first, second = int(LEARNED * len(task)), int((LEARNED + CHOOSING) * len(task))
    return task.rows(order[:first]), task.rows(order[first:second]), task.rows(order[second:])


def _name(text: str | None, path: Path) -> str:
    name = (text or "").strip()
    if not name or "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise SurveyError(
            f"'{name}' is no file of the folder", where=str(path), hint="name files beside it"
        )
    if not real_path(path.parent / name).is_relative_to(real_path(path.parent)):
        raise SurveyError(
            f"'{name}' leads out of the folder", where=str(path), hint="copy the file into it"
        )
    return name


def _flag(text: str | None, where: str) -> float:
    word = (text or "").strip().lower()
    if not word:
        return math.nan
    if word in _TRUE or word in _FALSE:
        return float(word in _TRUE)
    raise SurveyError(f"'{word}' is no yes or no", where=where, hint="write true, false or nothing")


def _depth(text: str | None, where: str) -> float:
    word = (text or "").strip()
    if not word:
        return math.nan
    try:
        depth = float(word)
    except ValueError:
        depth = math.nan
    if not 0 < depth < 11_100:
        raise SurveyError(f"'{word}' is no depth", where=where, hint="give metres, 0 to 11 100")
    return depth
