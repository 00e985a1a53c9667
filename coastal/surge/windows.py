"""From hourly arrays to samples: what is known at an hour, and the surge of the hours after it."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from coastal.gauge.series import Floats
from distill.batch import ModalityBatch

#: Hours of history before the hour of issue, and hours forecast after it.
HISTORY, LEADS = 48, 12
#: Weather is seen from so many hours before the issue to the last lead.
WEATHER_HISTORY = 24
#: Hours of one answer of the teacher, whose time support is coarser.
COARSE = 3
#: Surge is learned in units of it (metres); tide in metres, weather in units of ``WEATHER_UNITS``.
UNIT_M = 0.1
WEATHER_UNITS = np.array([10.0, 8.0, 8.0])

Places = NDArray[np.int64]


def samples(
    surge: Floats, tide: Floats, rows: Places, hours: Places, *, history: Floats | None = None,
    neighbour: Floats | None = None, weather: Floats | None = None,
) -> ModalityBatch:  # fmt: skip
    """Return one sample per pair of row and hour of issue, as float32.

    The modality ``gauge`` holds the surge of the last hours in :data:`UNIT_M`, shape (n, 49), NaN
    in gaps; ``tide`` the predicted tide of the issue and the hours ahead, shape (n, 13);
    ``neighbour`` is like ``gauge``; ``weather`` has shape (n, 37, 3) and runs into the forecast
    hours. The target ``surge`` has shape (n, 12), NaN where it is unknown. What lies outside the
    arrays is a gap.

    Args:
        surge: truth in metres, NaN in gaps, shape (rows, hours).
        tide: in metres about its mean, same shape.
        rows, hours: of the samples, shape (n,).
        history: what the gauge reported, where that has more gaps than the truth.
        neighbour, weather: same shape, and (rows, hours, 3) in hPa and m/s.
    """
    past = np.arange(-HISTORY, 1)
    ahead = np.arange(LEADS + 1)
    reported = surge if history is None else history
    values = {
        "gauge": _taken(reported, rows, hours, past) / UNIT_M,
        "tide": np.nan_to_num(_taken(tide, rows, hours, ahead)),
    }
    if neighbour is not None:
        values["neighbour"] = _taken(neighbour, rows, hours, past) / UNIT_M
    if weather is not None:
        around = np.arange(-WEATHER_HISTORY, LEADS + 1)
        values["weather"] = _taken(weather, rows, hours, around) / WEATHER_UNITS
    target = _taken(surge, rows, hours, ahead[1:]) / UNIT_M
    return ModalityBatch.complete(
        {name: torch.from_numpy(value.astype(np.float32)) for name, value in values.items()},
        targets={"surge": torch.from_numpy(target.astype(np.float32))},
    )


def with_gaps(values: Floats, share: float, rng: np.random.Generator) -> Floats:
    """Return hourly values less a share of hours at random, half of it in runs of six hours."""
    single = rng.random(values.shape) < share / 2
    begun = rng.random(values.shape) < share / 12
    run = begun.copy()
    for later in range(1, 6):
        run[..., later:] |= begun[..., :-later]
    return np.where(single | run, np.nan, values)


def blurred(weather: Floats, rng: np.random.Generator) -> Floats:
    """Return weather windows whose hours ahead are forecasts: errors grow with the lead.

    Twelve hours ahead they are about 2 hPa and 2.5 m/s, and all of one kind in a window.

    Args:
        weather: shape (n, 37, 3), in :data:`WEATHER_UNITS`.
        rng: draws one error per window and element.
    """
    lead = np.clip(np.arange(-WEATHER_HISTORY, LEADS + 1), 0, None) / LEADS
    size = lead[None, :, None] * np.array([2.0, 2.5, 2.5]) / WEATHER_UNITS
    return np.asarray(weather + size * rng.normal(size=(len(weather), 1, 3)))


def _taken(values: Floats, rows: Places, hours: Places, offsets: Places) -> Floats:
    at = hours[:, None] + offsets[None, :]
    inside = (at >= 0) & (at < values.shape[1])
    found = values[rows[:, None], np.clip(at, 0, values.shape[1] - 1)]
    keep = inside if values.ndim == 2 else inside[..., None]
    return np.where(keep, found, np.nan)
