"""Simulated storms at simulated coasts: weather, tide and gauges, hour by hour.

Storms follow random straight tracks or the shapes of real ones; they pass two gauges some 150 km
apart. The coasts are linear shelves with random properties (:class:`coastal.surge.physics.Shelf`),
and the gauges have noise, slow sea level and a tide that harmonic constants missed in part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coastal.gauge.series import Floats, hours_of
from coastal.gauge.tracks import Track
from coastal.surge.physics import (
    GRAVITY,
    INFLOW_DEG,
    MEAN_HPA,
    SURFACE_SHARE,
    Shelf,
    holland,
    lagged,
    resonance,
)
from coastal.surge.tide_error import tide_errors

#: Hours of an episode; the storm is nearest in its second half.
EPISODE = 120
#: Share of storms that follow the shape of a real track, where tracks are given.
REAL_SHARE = 0.4
KM_PER_DEGREE = 111.2
#: Radius of greatest wind of the widest winter lows and the tightest hurricanes; lows wider than
#: the third number have fronts.
WIDE_KM, TIGHT_KM, FRONT_KM = 450.0, 20.0, 120.0
#: Wind at which waves and seiches in the harbour may have added as much again to a gauge's noise.
ROUGH_MS = 15.0


@dataclass(frozen=True, slots=True)
class Episodes:
    """Simulated hours; shapes (episodes, hours).

    Attributes:
        surge: level less harmonic tide at the gauge, in metres.
        neighbour: the same at a gauge up the coast.
        tide: predicted, about its mean, in metres.
        weather: pressure less the mean (hPa), wind onshore and, at a right angle to its right,
            alongshore (m/s) at the gauge, shape (episodes, hours, 3).
    """

    surge: Floats
    neighbour: Floats
    tide: Floats
    weather: Floats


def simulate(count: int, *, seed: int, tracks: Sequence[Track] = ()) -> Episodes:
    """Return ``count`` episodes, the same for the same seed and tracks."""
    rng = np.random.default_rng(seed)
    shelf = _coasts(count, rng)
    x, y, drop, radius, latitude = _storms(count, rng, tracks)
    shape, front = rng.uniform(1.0, 1.8, (count, 1)), _fronts(x, y, radius, rng)
    swell = rng.uniform(0, 1.5, (count, 1))
    error = tide_errors(count, rng, hours=EPISODE)
    # The neighbour lies along the shore, to either side.
    along = np.deg2rad(shelf.onshore_deg + 90)[:, None]
    away = (rng.choice([-1, 1], count) * rng.uniform(80, 250, count))[:, None]
    calm = _background(count, rng)
    spots = ((0.0, 0.0), (away * np.sin(along), away * np.cos(along)))
    levels, weather = [], np.zeros(0)
    gain = rng.lognormal(0.0, 0.45, (count, 1))
    slow = 0.1 * rng.lognormal(-0.7, 0.5, (count, 1)) * _red(count, rng, 40.0)
    for place, spot in enumerate(spots):
        here, there = x - np.asarray(spot[0]), y - np.asarray(spot[1])
        storm = turned(_at(here, there, drop, radius, shape, latitude), front)
        fields = storm + calm
        pressed = calm[..., 0] + resonance(_speed(x, y), shelf, radius) * storm[..., 0]
        level = gain * shelf.surge(MEAN_HPA + pressed, fields[..., 1], fields[..., 2])
        rough = 1 + swell * (np.hypot(fields[..., 1], fields[..., 2]) / ROUGH_MS) ** 2
        levels.append(level + slow + rough * _gauge(count, rng) - (0 if place else error))
        weather = weather if place else fields
    told = coastwise(weather, shelf.onshore_deg[:, None])
    return Episodes(levels[0], levels[1], _tide(count, rng), told)


def coastwise(weather: Floats, onshore_deg: Floats | float) -> Floats:
    """Turn wind to east and north into wind onshore and, to the right of that, alongshore.

    Args:
        weather: pressure, wind to east and to north, shape (..., 3).
        onshore_deg: direction towards land, clockwise from north, shape (...).
    """
    angle = np.deg2rad(onshore_deg)
    on = weather[..., 1] * np.sin(angle) + weather[..., 2] * np.cos(angle)
    along = weather[..., 1] * np.cos(angle) - weather[..., 2] * np.sin(angle)
    return np.stack([weather[..., 0], on, along], axis=-1)


def turned(weather: Floats, angle: Floats) -> Floats:
    """Return weather whose wind is turned clockwise by angles, shape (episodes, hours), radians."""
    east, north = weather[..., 1], weather[..., 2]
    return np.stack(
        [
            weather[..., 0],
            east * np.cos(angle) + north * np.sin(angle),
            north * np.cos(angle) - east * np.sin(angle),
        ],
        axis=-1,
    )


def _fronts(x: Floats, y: Floats, radius: Floats, rng: np.random.Generator) -> Floats:
    """Return by how much a front has turned the wind, radians, shape (episodes, hours).

    Wide lows carry fronts, at which the wind veers by 40 to 100 degrees within hours, near the
    time of the lowest pressure; tight storms have none.
    """
    count = len(x)
    size = np.deg2rad(rng.uniform(40, 100, (count, 1))) * (rng.random((count, 1)) < 0.6)
    nearest = np.hypot(x, y).argmin(axis=1)[:, None] + rng.normal(0, 6, (count, 1))
    passed = np.tanh((np.arange(EPISODE)[None, :] - nearest) / rng.uniform(0.5, 2.5, (count, 1)))
    wide = radius.mean(axis=1, keepdims=True) > FRONT_KM
    return np.asarray(wide * size * (1 + passed) / 2)


def _speed(x: Floats, y: Floats) -> Floats:
    """Return how fast a storm moves when it is nearest, m/s, shape (episodes,)."""
    rows, at = np.arange(len(x)), np.hypot(x, y).argmin(axis=1)
    moved = np.hypot(np.gradient(x, axis=1), np.gradient(y, axis=1)) / 3.6
    return np.asarray(moved[rows, at])


def _coasts(count: int, rng: np.random.Generator) -> Shelf:
    fetch, depth = 1000 * rng.uniform(40, 200, count), rng.uniform(30, 130, count)
    # A long wave crosses the shelf in that time; the sea follows the wind as slowly, or a few
    # times as slowly, and swings in four of it.
    crossing = fetch / np.sqrt(GRAVITY * depth) / 3600
    return Shelf(
        onshore_deg=rng.uniform(0, 360, count),
        fetch_m=fetch,
        depth_m=depth,
        along=rng.uniform(-0.8, 0.8, count),
        wind_hours=crossing * rng.uniform(0.7, 3, count),
        pressure_hours=rng.uniform(0.3, 3, count),
        seiche_hours=np.maximum(2.0, 4 * crossing * rng.uniform(0.8, 1.2, count)),
        seiche_damping=rng.uniform(0.1, 0.5, count),
        seiche_gain=rng.uniform(0, 0.8, count),
    )


def _storms(
    count: int, rng: np.random.Generator, tracks: Sequence[Track]
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return centres (km east and north of the gauge), pressure drop, radius and latitude."""
    hours = np.arange(EPISODE)[None, :]
    nearest = rng.uniform(0.45, 1.05, (count, 1)) * EPISODE
    heading, past = rng.uniform(0, 2 * np.pi, (count, 1)), rng.normal(0, 180, (count, 1))
    # Storms of the tropics move at 5 m/s, those on their way out of them at 10 to 20, a few at 30.
    speed = 3.6 * np.clip(rng.lognormal(np.log(9.0), 0.55, (count, 1)), 2.0, 30.0)
    run = speed * (hours - nearest)
    x = run * np.sin(heading) + past * np.cos(heading)
    y = run * np.cos(heading) - past * np.sin(heading)
    # Between a wide winter low and a tight hurricane; a third of the episodes is nearly calm.
    tight = rng.beta(0.6, 0.6, (count, 1))
    drop = (rng.uniform(8, 45, (count, 1)) + 30 * tight) * np.where(
        rng.random((count, 1)) < 0.33, 0.2, 1.0
    )
    radius = np.exp(np.log(WIDE_KM) + tight * np.log(TIGHT_KM / WIDE_KM)) * np.ones_like(x)
    drop = drop * np.exp(-(((hours - nearest) / rng.uniform(15, 120, (count, 1))) ** 2))
    latitude = rng.uniform(18, 60, (count, 1)) * np.ones_like(x)
    paths = [one for one in map(_hourly, tracks) if one is not None]
    for row in np.flatnonzero(rng.random(count) < REAL_SHARE) if paths else ():
        path = paths[rng.integers(len(paths))]
        at = rng.integers(len(path)) - int(nearest[row, 0]) + np.arange(EPISODE)
        inside = np.clip(at, 0, len(path) - 1)
        anchor = path[np.clip(at[min(int(nearest[row, 0]), EPISODE - 1)], 0, len(path) - 1)]
        north = KM_PER_DEGREE * (path[inside, 0] - anchor[0])
        east = KM_PER_DEGREE * np.cos(np.deg2rad(anchor[0])) * (path[inside, 1] - anchor[1])
        turn = rng.uniform(0, 2 * np.pi)
        x[row] = east * np.cos(turn) - north * np.sin(turn) + rng.normal(0, 90)
        y[row] = east * np.sin(turn) + north * np.cos(turn) + rng.normal(0, 90)
        drop[row] = path[inside, 2] * (at == inside)
        radius[row], latitude[row] = path[inside, 3], anchor[0]
    return x, y, drop, radius, latitude


def _hourly(track: Track) -> Floats | None:
    """Return hourly latitude, longitude, pressure drop and radius, shape (hours, 4)."""
    known = ~np.isnan(track.pressure_hpa)
    if known.sum() < 2:
        return None
    times = track.times[known].astype("datetime64[h]")
    hours = hours_of(times) - hours_of(times[:1])
    outer = np.where(np.isnan(track.outer_hpa), MEAN_HPA, track.outer_hpa)
    drop = np.maximum(outer - track.pressure_hpa, 2.0)
    radius = np.where(np.isnan(track.radius_km), 60.0, track.radius_km)
    whole = np.arange(int(hours[-1]) + 1)
    columns = (track.latitude, track.longitude, drop, radius)
    return np.stack([np.interp(whole, hours, one[known]) for one in columns], axis=1)


def _at(
    x: Floats, y: Floats, drop: Floats, radius: Floats, shape: Floats, latitude: Floats
) -> Floats:
    """Return pressure anomaly and wind at the origin, shape (episodes, hours, 3)."""
    away = np.hypot(x, y)
    below, wind = holland(away, drop, radius, shape, latitude)
    # Seen from the centre the gauge lies at (-x, -y); the wind turns left of that and inward.
    bearing = np.arctan2(-y, -x) + np.pi / 2 + np.deg2rad(INFLOW_DEG)
    east = SURFACE_SHARE * wind * np.cos(bearing)
    north = SURFACE_SHARE * wind * np.sin(bearing)
    share = wind / np.maximum(wind.max(axis=1, keepdims=True), 1e-6)
    move_east, move_north = np.gradient(x, axis=1) / 3.6, np.gradient(y, axis=1) / 3.6
    pull = (
        0.5
        * share
        * (away < 1500)
        * np.minimum(1.0, 20 / np.maximum(np.hypot(move_east, move_north), 1.0))
    )
    return np.stack([-below, east + pull * move_east, north + pull * move_north], axis=-1)


def _background(count: int, rng: np.random.Generator) -> Floats:
    """Return ordinary weather: anomalies that last a day or two, shape (episodes, hours, 3)."""
    size = rng.lognormal(0.0, 0.4, (count, 1, 1)) * np.array([7.0, 3.5, 3.5])
    noise = [_red(count, rng, scale) for scale in (36.0, 18.0, 18.0)]
    return np.asarray(size * np.stack(noise, axis=-1))


def _red(count: int, rng: np.random.Generator, hours: float) -> Floats:
    """Return noise of unit variance with the given memory, smooth over three hours."""
    warm = 4 * int(hours)
    white = rng.normal(size=(count, EPISODE + warm))
    found = lagged(lagged(white, np.full(count, hours)), np.full(count, 3.0))[:, warm:]
    return np.asarray(found / found.std())


def _gauge(count: int, rng: np.random.Generator) -> Floats:
    """Return a gauge's noise in calm weather, in metres."""
    size = rng.lognormal(np.log(0.015), 0.6, (count, 1))
    return np.asarray(size * rng.normal(size=(count, EPISODE)))


def _tide(count: int, rng: np.random.Generator) -> Floats:
    hours = np.arange(EPISODE)[None, :]
    found = np.zeros((count, EPISODE))
    for period, size in ((12.42, 0.6), (12.0, 0.15), (23.93, 0.15), (25.82, 0.1)):
        found = found + size * rng.uniform(0.2, 1.5, (count, 1)) * np.sin(
            2 * np.pi * hours / period + rng.uniform(0, 2 * np.pi, (count, 1))
        )
    return found
