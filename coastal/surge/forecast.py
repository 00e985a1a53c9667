"""The student at work: surge hours ahead with an interval, and how old the newest datum was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from base import DistillError, SurveyError
from coastal.gauge import HarmonicTide, Series
from coastal.gauge.series import Floats, Times, on_hours
from coastal.surge.network import SurgeNetwork
from coastal.surge.uncertainty import by_distilled
from coastal.surge.windows import HISTORY, LEADS, UNIT_M, samples
from distill.conformal import AdaptiveLevel, split_quantile
from distill.uncertainty import Spread
from distill.weights import load_note, load_tensors, save_tensors

#: Coverage promised, rate of the adaptive level, hours that it looks back on.
LEVEL, RATE, LOOK_BACK = 0.9, 0.01, 30 * 24
#: What a file of this module's student says of itself.
FORMAT = "bathylex surge student 1"


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
        scores: ``|y - μ| / σ`` of calibration samples by lead, shape (samples, 12).
        note: what it was trained on.
    """

    def __init__(
        self, network: SurgeNetwork, scores: Floats, *, note: dict[str, str] | None = None
    ) -> None:
        self.network, self.scores, self.note = network.eval(), scores, dict(note or {})

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
        scores = tensors.pop("conformal.scores", None)
        if (
            note.get("format") != FORMAT
            or scores is None
            or {name: one.shape for name, one in tensors.items()} != own
        ):
            raise DistillError(
                "no surge student, or one of another version", where=str(path),
                hint="train it again",
            )  # fmt: skip
        network.load_state_dict(tensors)
        return cls(network, scores.numpy().astype(np.float64), note=note)

    def save(self, path: Path) -> None:
        """Write weights, calibration scores and note into one safetensors file."""
        tensors = dict(self.network.state_dict())
        tensors["conformal.scores"] = torch.from_numpy(self.scores.astype(np.float32))
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
            adaptive: whether the interval also learns from how forecasts of the last 30 days of
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
        first = HISTORY if adaptive else len(values) - 1
        issues = np.arange(min(first, len(values) - 1), len(values))
        padded = np.concatenate([values, np.full(LEADS, np.nan)])
        batch = samples(padded[None], swing[None], np.zeros_like(issues), issues)
        told = by_distilled(self.network, batch)
        mean, deviation = told.mean.numpy().astype(np.float64), _deviation(told)
        target = batch.targets["surge"].numpy()
        scores = np.abs(target - mean) / deviation
        width = self._bounds(scores, level=level) * deviation[-1]
        ahead = slice(0, hours_ahead)

        def metres(value: Floats) -> Floats:
            return np.asarray(UNIT_M * value[ahead], dtype=np.float64)

        centre = mean[-1]
        return Forecast(
            history.station, now, hours[len(values) :][ahead], metres(centre),
            metres(centre - width), metres(centre + width),
            metres(told.aleatoric[-1].sqrt().numpy()), metres(told.epistemic[-1].sqrt().numpy()),
            level, float(age),
        )  # fmt: skip

    def _bounds(self, scores: Floats, *, level: float) -> Floats:
        """Return the bound of the last row, lead by lead: split conformal, widened adaptively.

        A quiet month would narrow an adaptive interval right before a storm; it may only widen.

        Args:
            scores: of past issues, hour by hour, shape (issues, 12), NaN where unknown.
            level: coverage wanted.
        """
        bounds = np.empty(LEADS)
        for lead in range(LEADS):
            start = self.scores[:, lead][np.isfinite(self.scores[:, lead])]
            state = AdaptiveLevel(1 - level, RATE, 1 - level)
            for one in scores[: len(scores) - 1 - lead, lead]:
                if np.isfinite(one):
                    state = state.after(bool(one > state.bound(start)))
            bounds[lead] = max(split_quantile(start, 1 - level), state.bound(start))
            if state.current <= 0 and len(start):
                # An infinite interval would say nothing: twice the strangest that was ever seen.
                bounds[lead] = 2 * float(start.max())
        return bounds


def newest(history: Series, issued: np.datetime64) -> np.datetime64 | None:
    """Return when the newest value at or before ``issued`` was measured, if there is one."""
    seen: NDArray[np.bool_] = history.present & (history.times <= issued)
    return history.times[seen][-1] if seen.any() else None


def calibration_scores(told: Spread, target: Floats, *, most: int = 999) -> Floats:
    """Return ``|y - μ| / σ`` by lead, shape (samples, 12), thinned evenly to ``most`` ranks."""
    found = np.abs(target - told.mean.numpy()) / _deviation(told)
    columns: Sequence[Floats] = [one[np.isfinite(one)] for one in found.T]
    ranks = np.linspace(0, 1, min(most, *(len(one) for one in columns)))
    return np.stack([np.quantile(one, ranks) for one in columns], axis=1)


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


def _deviation(told: Spread) -> Floats:
    return np.asarray(told.total.sqrt().numpy(), dtype=np.float64)


def _issue(history: Series, issued: np.datetime64 | None) -> np.datetime64:
    if issued is None:
        seen = history.times[history.present]
        if not len(seen):
            raise SurveyError("no datum at all", where=history.name, hint="give a history")
        issued = seen[-1]
    return np.datetime64(str(issued), "h")


def _past(history: Series, now: np.datetime64) -> Floats:
    """Return hourly values of the last 30 days and 2 up to ``now``, NaN in gaps."""
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
