"""The student at work: surge hours ahead with an interval, and how old the newest datum was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from base import DistillError, SurveyError
from coastal.gauge import HarmonicTide, Series
from coastal.gauge.series import Floats, Times, on_hours
from coastal.surge.calibration import RECENT, Bounds, deviation, recent_scale, scores_of
from coastal.surge.network import SurgeNetwork
from coastal.surge.uncertainty import by_distilled
from coastal.surge.windows import HISTORY, LEADS, UNIT_M, samples
from distill.conformal import split_quantile
from distill.weights import load_note, load_tensors, save_tensors

#: Coverage promised.
LEVEL = 0.9
#: Hours of issue before the last that an adaptive interval rests on.
LOOK_BACK = RECENT + LEADS
#: What a file of this module's student says of itself.
FORMAT = "bathylex surge student 2"
#: Names in a file of the scores that intervals rest on.
FIXED, SCALED = "conformal.fixed", "conformal.scaled"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Surge at a gauge for the coming hours; arrays of shape (hours ahead,).

    Attributes:
        station: of the gauge.
        issued: when it was made, UTC.
        times: what it is for, UTC, one to ``hours_ahead`` hours later.
        mean_m: expected surge above the tide, metres.
        low_m, high_m: conformal interval at ``level``; infinite where the past promises none.
        aleatoric_m: standard deviation that more data would not remove.
        epistemic_m: standard deviation of what the model has not learned.
        level: promised coverage.
        age_hours: from the newest datum to ``issued``.
    """

    station: str
    issued: np.datetime64
    times: Times
    mean_m: Floats
    low_m: Floats
    high_m: Floats
    aleatoric_m: Floats
    epistemic_m: Floats
    level: float
    age_hours: float


class SurgeStudent:
    """A trained student with the calibration of its intervals.

    Args:
        network: what :func:`coastal.surge.train` made.
        bounds: scores of calibration storms.
        note: what it was trained on.
    """

    def __init__(
        self, network: SurgeNetwork, bounds: Bounds, *, note: dict[str, str] | None = None
    ) -> None:
        self.network, self.bounds, self.note = network.eval(), bounds, dict(note or {})

    @classmethod
    def load(cls, path: Path | None = None) -> SurgeStudent:
        """Read a student; the shipped one if no path is given.

        Raises:
            DistillError: the file is missing, broken, or of another network.
        """
        if path is None:
            path = Path(str(resources.files("coastal.surge") / "student.safetensors"))
        tensors = load_tensors(path)
        note = _note(path)
        network = SurgeNetwork()
        own = {name: one.shape for name, one in network.state_dict().items()}
        fixed, scaled = tensors.pop(FIXED, None), tensors.pop(SCALED, None)
        if (
            note.get("format") != FORMAT
            or fixed is None
            or scaled is None
            or {name: one.shape for name, one in tensors.items()} != own
        ):
            raise DistillError(
                "no surge student, or one of another version", where=str(path),
                hint="train it again",
            )  # fmt: skip
        network.load_state_dict(tensors)
        return cls(network, Bounds(fixed.double().numpy(), scaled.double().numpy()), note=note)

    def save(self, path: Path) -> None:
        """Write weights, calibration scores and note into one safetensors file."""
        tensors = dict(self.network.state_dict())
        tensors[FIXED] = torch.from_numpy(self.bounds.fixed.astype(np.float32))
        tensors[SCALED] = torch.from_numpy(self.bounds.scaled.astype(np.float32))
        note = json.dumps({**self.note, "format": FORMAT}, sort_keys=True)
        save_tensors(tensors, path, note={"student": note})

    def forecast(
        self, history: Series, *, tide: HarmonicTide, hours_ahead: int = LEADS,
        issued: np.datetime64 | None = None, adaptive: bool = True, level: float = LEVEL,
    ) -> Forecast:  # fmt: skip
        """Forecast the surge of the coming hours.

        Args:
            history: hourly surge, level less ``tide``, in metres, NaN in gaps; nothing later than
                ``issued`` is looked at. Samples between whole hours are left out.
            tide: of the gauge; its future is known.
            hours_ahead: 1 to 12.
            issued: when the forecast is made, a whole hour UTC; the newest datum's if not given.
            adaptive: whether the interval also learns from how forecasts of the last two days of
                ``history`` would have fared.
            level: coverage wanted.

        Raises:
            SurveyError: no datum in the 48 hours before ``issued``, or too many hours ahead.
        """
        if not 1 <= hours_ahead <= LEADS:
            raise SurveyError(
                f"{hours_ahead} hours ahead", where=history.name, hint=f"ask for 1 to {LEADS}"
            )
        now = _issue(history, issued)
        values = _past(history, now)
        age = len(values) - 1 - int(np.flatnonzero(np.isfinite(values))[-1])
        start = now - np.timedelta64(len(values) - 1, "h")
        hours = start + np.arange(len(values) + LEADS) * np.timedelta64(1, "h")
        swing = tide.predict(hours) - tide.mean_m
        first = len(values) - 1 - (LOOK_BACK if adaptive else 0)
        issues = np.arange(max(first, 0), len(values))
        padded = np.concatenate([values, np.full(LEADS, np.nan)])
        batch = samples(padded[None], swing[None], np.zeros_like(issues), issues)
        told = by_distilled(self.network, batch)
        mean, each = told.mean[-1].numpy().astype(np.float64), deviation(told)[-1]
        scale = recent_scale(scores_of(told, batch))[-1] if adaptive else 1.0
        scores = self.bounds.scaled if adaptive else self.bounds.fixed
        width = np.array([split_quantile(one, 1 - level) for one in scores.T]) * scale * each
        ahead = slice(0, hours_ahead)

        def metres(value: Floats) -> Floats:
            return np.asarray(UNIT_M * value[ahead], dtype=np.float64)

        return Forecast(
            history.station, now, hours[len(values) :][ahead], metres(mean),
            metres(mean - width), metres(mean + width),
            metres(told.aleatoric[-1].sqrt().numpy()), metres(told.epistemic[-1].sqrt().numpy()),
            level, float(age),
        )  # fmt: skip


def newest(history: Series, issued: np.datetime64) -> np.datetime64 | None:
    """Return when the newest value at or before ``issued`` was measured, if there is one."""
    seen: NDArray[np.bool_] = history.present & (history.times <= issued)
    return history.times[seen][-1] if seen.any() else None


def describe(settings: dict[str, object]) -> dict[str, str]:
    """Return settings as the note of a file."""
    return {"settings": json.dumps(settings, sort_keys=True)}


def _note(path: Path) -> dict[str, str]:
    """Return what a student's file says of itself; nothing of another file."""
    try:
        found = json.loads(load_note(path).get("student", "{}"))
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if type(found) is dict else {}


def _issue(history: Series, issued: np.datetime64 | None) -> np.datetime64:
    if issued is None:
        seen = history.times[history.present]
        if not len(seen):
            raise SurveyError("no datum at all", where=history.name, hint="give a history")
        issued = seen[-1]
    return np.datetime64(str(issued), "h")


def _past(history: Series, now: np.datetime64) -> Floats:
    """Return hourly values of the hours looked back on and 48 before them, NaN in gaps."""
    times = history.times.astype("datetime64[s]")
    whole = times == times.astype("datetime64[h]")
    inside = whole & (times <= now) & (times > now - np.timedelta64(LOOK_BACK + HISTORY, "h"))
    values = history.values[inside]
    if not np.isfinite(values).any():
        raise SurveyError("no datum before the issue", where=history.name, hint="give a history")
    hours, found = on_hours(times[inside].astype("datetime64[h]"), values)
    late = int((now - hours[-1]) / np.timedelta64(1, "h"))
    if late:
        found = np.concatenate([found, np.full(late, np.nan)])
    if not np.isfinite(found[-HISTORY - 1 :]).any():
        raise SurveyError(
            f"no datum in the {HISTORY} hours before {now}", where=history.name,
            hint="wait for the gauge, or use the tide alone",
        )  # fmt: skip
    return np.asarray(found, dtype=np.float64)
