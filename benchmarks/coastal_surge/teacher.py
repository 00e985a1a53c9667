"""The teacher: errors on simulated storms, and on the one month with real weather."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.coastal_surge.workshop import TEST, Workshop
from coastal.gauge import read_weather
from coastal.surge.baselines import harmonic_only, persistence
from coastal.surge.learning import coarse
from coastal.surge.network import SurgeNetwork, size
from coastal.surge.physics import MEAN_HPA
from coastal.surge.record import record
from coastal.surge.simulate import coastwise
from coastal.surge.uncertainty import alone
from coastal.surge.windows import samples
from distill.batch import ModalityBatch

#: Halifax: the coast of Nova Scotia runs from south-west to north-east.
ONSHORE_DEG = 330.0


def teacher(shop: Workshop) -> dict[str, Any]:
    """Return sizes, and errors of three-hour means (cm)."""
    september, juan = _september(shop)
    rows = shop.windows(TEST)
    return {
        "parameters": {"teacher": shop.teacher.cost, "student": size(SurgeNetwork())},
        "simulated": _errors(shop, rows, np.ones(len(rows), dtype=bool)),
        "September without Juan": _errors(shop, september, ~juan),
        "Juan": _errors(shop, september, juan),
        "storms": {"Juan": len(shop.juan), "all": sum(len(one) for one in shop.folds)},
    }


def _errors(shop: Workshop, rows: ModalityBatch, chosen: Any) -> dict[str, list[float]]:
    truth = coarse(rows.targets["surge"]).numpy()[chosen]
    said = {
        "teacher": shop.teacher.told(rows).outputs[:, :4].numpy(),
        "student": alone(shop.student(0), rows).mean.numpy().reshape(len(rows), 4, 3).mean(-1),
        "persistence": persistence(rows).reshape(len(rows), 4, 3).mean(-1),
        "harmonic only": harmonic_only(rows)[:, :4],
    }
    return {
        name: [float(10 * np.sqrt(np.nanmean(column**2))) for column in (one[chosen] - truth).T]
        for name, one in said.items()
    }


def _september(shop: Workshop) -> tuple[ModalityBatch, Any]:
    """Return windows with the weather as observed, and which are Juan's."""
    series = shop.series
    weather = read_weather(shop.data / "tide-gauge" / "halifax_airport_met_2003-09_hourly.csv")
    made = record(series, series.present & ~shop.juan_hours)
    air = np.full((len(series), 3), np.nan)
    at = (weather.times - series.times[0]) / np.timedelta64(1, "h")
    inside = (at >= 0) & (at < len(air))
    columns = (weather.sea_level_hpa - MEAN_HPA, weather.eastward_ms, weather.northward_ms)
    air[at[inside].astype(int)] = np.stack(columns, axis=1)[inside]
    air = coastwise(air, ONSHORE_DEG)
    start, end = np.datetime64("2003-09-02"), np.datetime64("2003-09-30T12")
    issues = np.flatnonzero((series.times >= start) & (series.times < end))
    rows = samples(
        made.surge[None], made.tide[None], np.zeros_like(issues), issues,
        neighbour=np.full((1, len(air)), np.nan), weather=air[None],
    )  # fmt: skip
    return rows, shop.juan_hours[issues]
