"""From a user's own files to a storm: tide, surge where it was measured, and what arrived when.

A tide that is fitted is fitted on levels before the plan begins, so that no storm that is planned
for is in it; it is known ahead. Surge is known where the gauge measured, and nothing is claimed of
the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from base import SurveyError, UsageError, read_bytes, sha256_bytes
from coastal.gauge.feeds import Feed, read_levels, read_marks, read_runs, read_sky
from coastal.gauge.series import Floats, Series
from coastal.gauge.tide import HarmonicTide, harmonic_tide, tide_of_constants
from coastal.plan.belief import HORIZON
from coastal.plan.features import weather_features
from coastal.plan.files import GaugeFile, OwnFiles, ceil_hour
from coastal.plan.observed import ObservedStorm, stamp
from coastal.plan.readings import Hourly, earlier_windows, forecast_packets, since
from coastal.plan.simulate import Climate, Storm
from coastal.plan.streams import Packets, packets

#: Hours of a plan where no start is given, and the least and most it may have.
HOURS, LEAST_HOURS, MOST_HOURS = 48, 6, 240
#: Hours of levels before the plan from which a tide may be fitted: two spring-neap cycles.
LEAST_FOR_TIDE = 24 * 29
#: Largest residual that is taken for a surge, and largest mean one that goes without a word, in m.
MOST_SURGE_M, MOST_MEAN_M = 10.0, 0.3
#: Deviation that a level of these streams usually has, in metres: what experts were taught with.
USUAL_SD_M = {"sar": 0.15, "optical": 0.25, "reports": 0.2}
#: Amplitude from which a line of the tide is simulated, in metres, and most lines.
LEAST_LINE_M, MOST_LINES = 0.01, 12


def observed_storm(
    files: OwnFiles, folder: Path, *, latitude: float, climate: Climate
) -> tuple[ObservedStorm, tuple[Storm, ...]]:
    """Return the storm of a user's files, and earlier windows to learn from if there are enough.

    Args:
        files: as the scenario names them.
        folder: that they are relative to.
        latitude: of the site, degrees, for the tide.
        climate: of storms; its mean level and tide are replaced by the gauge's.

    Raises:
        SurveyError: a file is missing or malformed, or too short for a tide.
        UsageError: the hours asked for are too few or too many.
    """
    feeds = {name: _read(files, name, folder) for name in files.streams}
    begins, last = _window(files, list(feeds.values()), str(folder))
    feeds = {name: _until(feed, begins + np.timedelta64(last, "h")) for name, feed in feeds.items()}
    told: list[str] = []
    tides: dict[str, HarmonicTide] = {}
    hourly: dict[str, Hourly] = {}
    for name in ("gauge", "neighbour"):
        if name in feeds:
            own = files.source(name)
            assert isinstance(own, GaugeFile)
            tides[name], words = _tide(own, feeds[name], begins, latitude)
            left = _residual(feeds[name], tides[name])
            hourly[name] = Hourly.of(feeds[name], left, begins, last)
            told.append(f"The tide of the {name} {words}{_standing(left)}.")
    tide = tides["gauge"]
    streams: dict[str, Packets] = {name: one.packets() for name, one in hourly.items()}
    if files.weather is not None:
        streams["weather"] = _weather(feeds["weather"], files.weather.onshore_deg, begins, last)
    if files.forecast is not None:
        streams["forecast"] = forecast_packets(feeds["forecast"], tide, begins)
    for name, usual in USUAL_SD_M.items():
        if name in feeds:
            streams[name] = _marks(feeds[name], tide, begins, usual)
    earlier = earlier_windows(hourly, streams, tide, begins)
    told.append(
        f"Experts learned from {len(earlier)} earlier windows of these files and from synthetic "
        "storms." if earlier else
        "These files hold too few whole days before hour 0 to learn from: experts learned from "
        "synthetic storms alone."
    )  # fmt: skip
    hours = np.arange(last + 1, dtype=np.float64)
    storm = ObservedStorm(
        hours=hours,
        tide=tide.predict(begins + np.arange(last + HORIZON + 1)),
        surge=hourly["gauge"].came(hours),
        streams=streams,
        measured=True,
        begins=begins,
        climate=replace(climate, mean_level_m=tide.mean_m, tide=_lines(tide)),
        newest={
            name: begins.astype("datetime64[s]") + np.timedelta64(round(3600 * newest), "s")
            for name, table in streams.items()
            for newest in table.observed[table.arrived <= last].max(initial=-np.inf, keepdims=True)
            if np.isfinite(newest)
        },
        told=tuple(told),
        hashes={name: sha256_bytes(read_bytes(feed.path)) for name, feed in feeds.items()},
    )  # fmt: skip
    return storm, earlier


def _read(files: OwnFiles, name: str, folder: Path) -> Feed:
    source = files.source(name)
    path, delay = folder / source.file, source.delay_hours
    if name == "weather":
        assert files.weather is not None
        return read_sky(
            path, delay_hours=delay, elevation_m=files.weather.elevation_m,
            zone_hours=files.weather.zone_hours,
        )  # fmt: skip
    if name == "forecast":
        return read_runs(path, delay_hours=delay)
    if name in USUAL_SD_M:
        return read_marks(path, delay_hours=delay)
    feed = read_levels(path, delay_hours=delay)
    assert isinstance(source, GaugeFile)
    return replace(feed, values={"level": feed.values["level"] + source.offset_m})


def _until(feed: Feed, end: np.datetime64) -> Feed:
    """Return what speaks of no time after the end: a plan knows nothing of it."""
    kept = feed.times <= end
    values = {name: one[kept] for name, one in feed.values.items()}
    return replace(feed, times=feed.times[kept], arrived=feed.arrived[kept], values=values)


def _window(files: OwnFiles, feeds: Sequence[Feed], where: str) -> tuple[np.datetime64, int]:
    """Return the time of hour 0 and the last hour."""
    end = files.end()
    if end is None:
        known = [_known(feed) for feed in feeds]
        newest = [feed.times[rows].max() for feed, rows in zip(feeds, known, strict=True)
                  if rows.any()]  # fmt: skip
        if not newest:
            raise UsageError("no observation at all", where=where, hint="give files with values")
        end = ceil_hour(max(newest))
    begins = end - np.timedelta64(HOURS, "h")
    if files.since is not None:
        begins = np.datetime64(files.since, "h")
    last = int((end - begins) / np.timedelta64(1, "h"))
    if not LEAST_HOURS <= last <= MOST_HOURS:
        raise UsageError(
            f"{last} hours from {stamp(begins)} to {stamp(end)}", where="storm: from, to",
            hint=f"plan for {LEAST_HOURS} to {MOST_HOURS} hours",
        )  # fmt: skip
    return begins, last


def _known(feed: Feed) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Rows with a value, shape (n,)."""
    names = [name for name in feed.values if name not in ("sd", "lead")]
    return np.asarray(np.isfinite([feed.values[name] for name in names]).all(axis=0))


def _tide(
    own: GaugeFile, feed: Feed, begins: np.datetime64, latitude: float
) -> tuple[HarmonicTide, str]:
    """Return the tide of a gauge and where it comes from, in words."""
    if own.tide is not None:
        given = own.tide.constants
        found = tide_of_constants(given, mean_m=own.tide.mean_m, latitude=latitude)
        return found, f"is that of given constants ({', '.join(given)})"
    before = _known(feed) & (feed.times < begins)
    # One reading an hour is enough, and keeps a year of minutes out of the fit.
    hour = feed.times[before].astype("datetime64[h]")
    first = np.r_[True, np.diff(hour) > np.timedelta64(0)][: len(hour)]
    times, values = feed.times[before][first], feed.values["level"][before][first]
    if len(times) < LEAST_FOR_TIDE:
        raise SurveyError(
            f"{len(times)} hours of levels before {stamp(begins)} are too few for a tide",
            where=str(feed.path),
            hint=f"give {LEAST_FOR_TIDE} hours or more, or tide: {{mean_m, constants}}",
        )
    series = Series(feed.path.stem, "", latitude, np.nan, times, values)
    found = harmonic_tide(series)
    return found, (
        f"was fitted on {len(times)} hours from {stamp(times[0])} to {stamp(times[-1])} "
        f"({', '.join(found.lines)})"
    )


def _residual(feed: Feed, tide: HarmonicTide) -> Floats:
    if not len(feed.times):
        return np.empty(0)
    left = np.asarray(feed.values["level"] - tide.predict(feed.times))
    size = np.nan_to_num(np.abs(left))
    if size.max() > MOST_SURGE_M:
        at = feed.times[int(size.argmax())]
        raise SurveyError(
            f"{size.max():.1f} m from the tide at {stamp(at)}", where=str(feed.path),
            hint="check unit, offset_m and tide",
        )  # fmt: skip
    return left


def _standing(left: Floats) -> str:
    mean = float(np.nanmedian(left)) if np.isfinite(left).any() else 0.0
    if abs(mean) <= MOST_MEAN_M:
        return ""
    way = "above" if mean > 0 else "below"
    return f"; half of the levels stand {abs(mean):.2f} m or more {way} it: check the datum"


def _weather(feed: Feed, onshore_deg: float, begins: np.datetime64, last: int) -> Packets:
    bearing = np.radians(onshore_deg)
    # The component from the mouth of the harbour: wind is named by where it comes from.
    onshore = -(feed.values["eastward"] * np.sin(bearing)
                + feed.values["northward"] * np.cos(bearing))  # fmt: skip
    both = _known(feed)
    pressure = Hourly.of(feed, np.where(both, feed.values["pressure"], np.nan), begins, last)
    wind = Hourly.of(feed, np.where(both, onshore, np.nan), begins, last)
    return pressure.packets(weather_features(pressure.values, wind.values))


def _marks(feed: Feed, tide: HarmonicTide, begins: np.datetime64, usual_m: float) -> Packets:
    at, arrived = since(feed.times, begins), since(feed.arrived, begins)
    surge = feed.values["level"] - (tide.predict(feed.times) if len(at) else 0.0)
    extra = np.nan_to_num(np.maximum(feed.values["sd"] ** 2 - usual_m**2, 0.0))
    return packets(at, surge, delay=arrived - at, variance=extra)


def _lines(tide: HarmonicTide) -> tuple[tuple[str, float, float], ...]:
    """Return name, period and amplitude of the strongest lines."""
    found = tide.coefficients
    rows = [
        (str(name), 1 / float(cycles), float(size))
        for name, cycles, size in zip(found.name, found.aux.frq, found.A, strict=True)
        if cycles > 0
    ]
    rows.sort(key=lambda row: -row[2])
    return tuple(row for row in rows[:MOST_LINES] if row[2] >= LEAST_LINE_M) or tuple(rows[:1])
