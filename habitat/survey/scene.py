"""The seabed that a sonar passes over: heights and backscatter of the bottom and what lives on it.

Sizes of objects are round figures from published surveys, recalled and not looked up: chimneys of
2 to 15 m on sulphide mounds, coral reef mounds of metres, sponges below a metre. Plain seabed may
carry boulders, ripples and a draped mound, as real seabed does, so that no single object tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from habitat.survey.relief import Relief, self_affine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEABEDS = ("mud", "sand", "gravel", "rock")
ECOSYSTEMS = ("none", "hydrothermal_vent", "cold_water_coral", "seamount", "sponge_field")
#: Side of one cell, in m.
CELL_M = 1.0

#: Lambert's mu in dB: level of a facet seen head-on. Round figures about the curves for 100 kHz of
#: APL-UW TR 9407 (1994), recalled; the often used -27 dB (Mackenzie 1961) lies among them.
LAMBERT_DB = MappingProxyType({"mud": -31.0, "sand": -25.0, "gravel": -19.0, "rock": -14.0})
#: Share of the self-affine relief that is not smoothed by sediment: an assumption.
_BARE = MappingProxyType({"mud": 0.03, "sand": 0.05, "gravel": 0.08, "rock": 0.15})


@dataclass(frozen=True, slots=True)
class Scene:
    """A patch of seabed.

    Attributes:
        height_m: above the plane of the macro slope, shape (pings, ranges).
        strength_db: 10 log10 mu of Lambert's law, same shape.
        slope_degrees: of that plane.
    """

    height_m: Floats
    strength_db: Floats
    slope_degrees: float


class _Canvas:
    """A scene in the making: objects are stamped onto heights and strengths."""

    def __init__(self, height: Floats, strength: Floats) -> None:
        import numpy as np

        self.height, self.strength = height, strength
        self.y, self.x = np.indices(height.shape, dtype=np.float64) * CELL_M

    def stamp(
        self, y: float, x: float, *, radius: float, height: float, strength: float, power: float
    ) -> None:
        """Add a bump exp(-(d / radius)**power); large powers give steep walls."""
        import numpy as np

        shape = np.exp(-((np.hypot(self.y - y, self.x - x) / radius) ** power))
        self.height += height * shape
        self.strength += (strength - self.strength) * np.minimum(1.0, 1.6 * shape)


def draw_scene(
    rng: np.random.Generator,
    *,
    seabed: str,
    ecosystem: str,
    relief: Relief,
    rows: int,
    columns: int,
) -> Scene:
    """Draw a seabed of ``seabed`` with the objects of ``ecosystem``.

    Args:
        seabed: one of :data:`SEABEDS`.
        ecosystem: one of :data:`ECOSYSTEMS`.
        relief: macro slope, roughness and Hurst exponent; a seamount's flank is steeper.
        rows, columns: cells of :data:`CELL_M` along and across the track.
    """
    import numpy as np

    rms = relief.roughness_over(max(rows, columns) * CELL_M) * _BARE[seabed]
    height = min(rms, 6.0) * self_affine(rng, rows, columns, relief.hurst)
    patches = self_affine(rng, rows, columns, 0.5)
    level = LAMBERT_DB[seabed] + rng.normal(0.0, 1.5)
    canvas = _Canvas(height, level + rng.uniform(0.3, 1.5) * patches)
    _clutter(rng, canvas, seabed)
    _OBJECTS[ecosystem](rng, canvas)
    slope = relief.slope_degrees
    if ecosystem == "seamount":
        slope = max(slope, float(rng.uniform(8.0, 28.0)))
    return Scene(canvas.height, np.clip(canvas.strength, -60.0, 0.0), min(slope, 35.0))


def _clutter(rng: np.random.Generator, canvas: _Canvas, seabed: str) -> None:
    """What lies on any seabed: boulders, ripples, a draped mound."""
    import numpy as np

    rows, columns = canvas.height.shape
    if rng.random() < 0.35:
        for _ in range(rng.poisson(6)):
            size = rng.uniform(0.5, 2.0)
            canvas.stamp(
                rng.uniform(0, rows) * CELL_M,
                rng.uniform(0, columns) * CELL_M,
                radius=size,
                height=size * rng.uniform(0.4, 1.0),
                strength=rng.normal(-16.0, 2.0),
                power=4.0,
            )
    if seabed in ("sand", "gravel") and rng.random() < 0.4:
        length, turn = rng.uniform(3.0, 10.0), rng.uniform(0.0, np.pi)
        along = canvas.x * np.cos(turn) + canvas.y * np.sin(turn)
        phase = 2.0 * np.pi * along / length + 0.8 * self_affine(rng, rows, columns, 0.8)
        canvas.height += length * rng.uniform(0.01, 0.04) * np.sin(phase)
    if rng.random() < 0.25:
        _mound(rng, canvas, strength=float(np.median(canvas.strength)) + rng.normal(0.0, 1.5))


def _mound(
    rng: np.random.Generator, canvas: _Canvas, *, strength: float
) -> tuple[float, float, float]:
    rows, columns = canvas.height.shape
    y, x = rng.uniform(0.1, 0.9) * rows * CELL_M, rng.uniform(0.1, 0.9) * columns * CELL_M
    radius = rng.uniform(6.0, 18.0)
    height = radius * rng.uniform(0.1, 0.35)
    canvas.stamp(y, x, radius=radius, height=height, strength=strength, power=2.0)
    return y, x, radius


def _none(rng: np.random.Generator, canvas: _Canvas) -> None:
    """Plain seabed has no objects of its own."""


def _vents(rng: np.random.Generator, canvas: _Canvas) -> None:
    """Sulphide mounds that carry chimneys."""
    for _ in range(rng.integers(1, 3)):
        y, x, radius = _mound(rng, canvas, strength=rng.normal(-17.0, 2.0))
        for _ in range(rng.integers(1, 5)):
            width = rng.uniform(0.7, 2.2)
            canvas.stamp(
                y + rng.normal(0.0, 0.6 * radius),
                x + rng.normal(0.0, 0.6 * radius),
                radius=width,
                height=min(15.0, width * rng.uniform(1.2, 5.0)),
                strength=rng.normal(-14.0, 2.0),
                power=3.0,
            )


def _corals(rng: np.random.Generator, canvas: _Canvas) -> None:
    """Reef mounds in a row, with rough tops."""
    import numpy as np

    rows, columns = canvas.height.shape
    y0, x0 = rng.uniform(0.2, 0.8) * rows * CELL_M, rng.uniform(0.2, 0.8) * columns * CELL_M
    turn, spread = rng.uniform(0.0, np.pi), rng.uniform(12.0, 26.0)
    before = canvas.height.copy()
    for _ in range(rng.integers(4, 12)):
        step, aside = rng.normal(0.0, spread), rng.normal(0.0, 0.35 * spread)
        radius = rng.uniform(2.5, 8.0)
        canvas.stamp(
            y0 + step * np.sin(turn) + aside * np.cos(turn),
            x0 + step * np.cos(turn) - aside * np.sin(turn),
            radius=radius,
            height=radius * rng.uniform(0.12, 0.4),
            strength=rng.normal(-18.0, 2.0),
            power=2.5,
        )
    grown = np.clip((canvas.height - before) / 1.0, 0.0, 1.0)
    texture = self_affine(rng, rows, columns, 0.1)
    canvas.height += grown * rng.uniform(0.12, 0.35) * texture
    canvas.strength += grown * 2.0 * texture


def _sponges(rng: np.random.Generator, canvas: _Canvas) -> None:
    """Many small scatterers in loose clusters (a Thomas process)."""
    rows, columns = canvas.height.shape
    for _ in range(rng.integers(3, 9)):
        y, x = rng.uniform(0, rows) * CELL_M, rng.uniform(0, columns) * CELL_M
        for _ in range(rng.integers(5, 16)):
            canvas.stamp(
                y + rng.normal(0.0, 9.0),
                x + rng.normal(0.0, 9.0),
                radius=rng.uniform(0.5, 0.95),
                height=rng.uniform(0.3, 1.1),
                strength=rng.normal(-17.0, 2.0),
                power=2.0,
            )


def _outcrops(rng: np.random.Generator, canvas: _Canvas) -> None:
    """Ledges of bare rock on a flank."""
    import numpy as np

    rows, columns = canvas.height.shape
    field = self_affine(rng, rows, columns, rng.uniform(0.5, 0.9))
    edge = np.quantile(field, rng.uniform(0.35, 0.8))
    bare = 1.0 / (1.0 + np.exp(-(field - edge) / 0.06))
    texture = self_affine(rng, rows, columns, 0.4)
    canvas.height += bare * (rng.uniform(0.6, 3.0) + rng.uniform(0.15, 0.5) * texture)
    canvas.strength += bare * (rng.normal(-14.0, 1.5) - canvas.strength)


_OBJECTS: MappingProxyType[str, Callable[[np.random.Generator, _Canvas], None]] = MappingProxyType(
    {
        "none": _none,
        "hydrothermal_vent": _vents,
        "cold_water_coral": _corals,
        "seamount": _outcrops,
        "sponge_field": _sponges,
    }
)
