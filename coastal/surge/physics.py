"""A storm's pressure and wind, and how a shelf answers: the least physics that makes a surge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coastal.gauge.series import Floats

AIR_KG_M3, SEA_KG_M3, GRAVITY = 1.15, 1025.0, 9.81
#: Radians per second of the Earth's turning.
ROTATION = 7.2921e-5
#: From gradient wind to ten metres (Powell et al. 2003), and how far it turns inward.
SURFACE_SHARE, INFLOW_DEG = 0.8, 20.0
#: Pressure to which the inverse barometer is referred, hPa.
MEAN_HPA = 1013.0


def holland(
    distance_km: Floats, drop_hpa: Floats, radius_km: Floats, shape: Floats, latitude: Floats
) -> tuple[Floats, Floats]:
    """Return pressure below the surroundings (hPa) and gradient wind (m/s) of a cyclone.

    ``p = p_c + Δp exp(-(R/r)^B)`` and the wind in gradient balance with it (Holland 1980).

    Args:
        distance_km: from the centre, positive.
        drop_hpa: ``Δp`` between surroundings and centre.
        radius_km: ``R`` of the greatest wind.
        shape: ``B``, about 1 to 2.5.
        latitude: in degrees.
    """
    ratio = (radius_km / np.maximum(distance_km, 1.0)) ** shape
    fade = np.exp(-ratio)
    metres = 1000 * np.maximum(distance_km, 1.0)
    half = metres * 2 * ROTATION * np.abs(np.sin(np.deg2rad(latitude))) / 2
    wind = np.sqrt(shape * 100 * drop_hpa / AIR_KG_M3 * ratio * fade + half**2) - half
    return np.asarray(drop_hpa * (1 - fade)), np.asarray(wind)


def stress(east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Return the wind stress on the sea in Pa (Large and Pond 1981; level above 30 m/s)."""
    speed = np.hypot(east, north)
    drag = 1e-3 * np.where(speed < 11, 1.2, 0.49 + 0.065 * np.minimum(speed, 30.0))
    return AIR_KG_M3 * drag * speed * east, AIR_KG_M3 * drag * speed * north


def inverse_barometer(pressure_hpa: Floats) -> Floats:
    """Return ``-(p - p̄) / (ρ g)`` in metres: about a centimetre per hPa."""
    return np.asarray(-(pressure_hpa - MEAN_HPA) * 100 / (SEA_KG_M3 * GRAVITY))


@dataclass(frozen=True, slots=True)
class Shelf:
    """A linear shelf in one dimension; every field is one number or one per episode.

    Attributes:
        onshore_deg: direction towards land, clockwise from north.
        fetch_m, depth_m: of the shelf: setup in balance is ``τ L / (ρ g h)``.
        along: share of the alongshore stress that piles up water (Ekman), of either sign.
        wind_hours, pressure_hours: how long the sea takes to follow.
        seiche_hours, seiche_damping, seiche_gain: of the shelf's own swing.
    """

    onshore_deg: Floats
    fetch_m: Floats
    depth_m: Floats
    along: Floats
    wind_hours: Floats
    pressure_hours: Floats
    seiche_hours: Floats
    seiche_damping: Floats
    seiche_gain: Floats

    def surge(self, pressure_hpa: Floats, east: Floats, north: Floats) -> Floats:
        """Return hourly surge in metres, shape (episodes, hours), from rest in balance.

        Three linear responses with memory are added: the inverse barometer, the wind setup, and a
        damped oscillator that both drive. Each is stepped exactly or in steps of six minutes.

        Args:
            pressure_hpa, east, north: of the weather at the coast, shape (episodes, hours).
        """
        first, second = stress(east, north)
        angle = np.deg2rad(self.onshore_deg)[:, None]
        on = first * np.sin(angle) + second * np.cos(angle)
        along = first * np.cos(angle) - second * np.sin(angle)
        scale = (self.fetch_m / (SEA_KG_M3 * GRAVITY * self.depth_m))[:, None]
        setup = scale * (on + self.along[:, None] * along)
        barometer = inverse_barometer(pressure_hpa)
        slow = lagged(setup, self.wind_hours) + lagged(barometer, self.pressure_hours)
        return slow + self._seiche(slow)

    def _seiche(self, forcing: Floats) -> Floats:
        steps = 10
        turn = 2 * np.pi / self.seiche_hours
        place, speed = np.zeros(len(forcing)), np.zeros(len(forcing))
        found = np.zeros_like(forcing)
        for hour in range(1, forcing.shape[1]):
            push = (forcing[:, hour] - forcing[:, hour - 1]) * self.seiche_gain
            for _ in range(steps):
                speed += (
                    turn * push - turn**2 * place - 2 * self.seiche_damping * turn * speed
                ) / steps
                place = place + speed / steps
            found[:, hour] = place
        return found


def resonance(speed_ms: Floats, shelf: Shelf, radius_km: Floats) -> Floats:
    """Return how many times its static height the sea rises under a moving low, (episodes, hours).

    A low that keeps pace with long waves builds them up: ``1 / (1 - F²)`` with the storm's speed
    over that of the wave (Proudman 1929; for edge waves Greenspan 1956). The shelf ends the growth
    before it is infinite: the more so, the wider the low is beside the shelf. A low that outruns
    the wave lifts the sea less.

    Args:
        speed_ms: of the storm, shape (episodes,).
        shelf: the coast's.
        radius_km: of the storm, shape (episodes, hours).
    """
    froude = (speed_ms / np.sqrt(GRAVITY * shelf.depth_m))[:, None]
    limit = np.clip(2000 * radius_km / shelf.fetch_m[:, None], 0.3, 2.0)
    return np.asarray(np.sqrt((1 + limit**2) / ((1 - froude**2) ** 2 + limit**2)))


def lagged(forcing: Floats, hours: Floats) -> Floats:
    """Return what follows ``forcing`` (episodes, steps) with a memory of so many hours each."""
    keep = np.exp(-1 / np.maximum(hours, 1e-3))
    found = np.empty_like(forcing)
    found[:, 0] = forcing[:, 0]
    for step in range(1, forcing.shape[1]):
        found[:, step] = keep * found[:, step - 1] + (1 - keep) * forcing[:, step]
    return found
