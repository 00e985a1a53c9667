"""A map of the world, for sites that one window in a plane about a point cannot hold well.

Plate carrée: degrees of longitude and latitude at one scale, the middle meridian chosen by the
caller, so that sites on both sides of 180 degrees stay together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jurisdictions.zones.coast import load_coast
from jurisdictions.zones.map import GRID, INK, LAND, SEA, caption, degrees

Floats = npt.NDArray[np.float64]

_STEP_DEG = 30


@dataclass(frozen=True, slots=True)
class World:
    """The whole globe, ``width`` pixels wide and half as high.

    Attributes:
        middle: the longitude in the middle, degrees.
        width: in pixels.
    """

    middle: float
    width: int

    @property
    def height(self) -> int:
        """Pixels from pole to pole."""
        return self.width // 2

    def pixel(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Return the pixel of a position."""
        east = (longitude - self.middle + 180.0) % 360.0
        return east * self.width / 360.0, (90.0 - latitude) * self.width / 360.0

    def ground(self) -> list[str]:
        """Draw sea, graticule and land as SVG elements; clip them to the window."""
        grid = list(self._graticule())
        # The ink under the fill shows at coasts only: on land a neighbour's fill covers it, so that
        # the map draws no borders.
        return [
            f'<rect width="{self.width}" height="{self.height}" fill="{SEA}"/>',
            *(part for part in grid if not part.startswith("<text")),
            f'<defs><path id="world-land" d="{"".join(self._land())}" fill-rule="evenodd"/></defs>',
            f'<use href="#world-land" fill="{LAND}" stroke="{INK}" stroke-width="1.1"/>',
            f'<use href="#world-land" fill="{LAND}" stroke="{LAND}" stroke-width="0.3"/>',
            *(part for part in grid if part.startswith("<text")),
        ]

    def _graticule(self) -> Iterator[str]:
        for latitude in range(-60, 61, _STEP_DEG):
            _, y = self.pixel(latitude, self.middle)
            yield f'<path d="M0 {y:.1f}H{self.width}" stroke="{GRID}" stroke-width="0.5"/>'
            yield caption(4, y - 3, degrees(latitude, "N", "S"), anchor="start", size=10)
        for longitude in range(-180, 180, _STEP_DEG):
            x, _ = self.pixel(0.0, longitude)
            yield f'<path d="M{x:.1f} 0V{self.height}" stroke="{GRID}" stroke-width="0.5"/>'
            if 20 < x < self.width - 20:
                yield caption(x, self.height - 5, degrees(longitude, "E", "W"), size=10)

    def _land(self) -> Iterator[str]:
        import shapely

        degree = self.width / 360.0
        for ring in load_coast().rings_near(0.0, self.middle, radius_nmi=20_000.0):
            east = np.unwrap(ring[:, 0], period=360.0) - self.middle + 180.0
            if len(ring) < 4 or np.ptp(east) * degree < 1.0:
                continue
            outline: Any = shapely.Polygon(np.column_stack([east, 90.0 - ring[:, 1]]))
            flat = np.asarray(outline.simplify(0.4 / degree).exterior.coords) * degree
            for shift in (-720.0, -360.0, 0.0, 360.0, 720.0):
                x = flat[:, 0] + shift * degree
                if x.max() > 0 and x.min() < self.width:
                    points = " ".join(
                        f"{a:.1f},{b:.1f}" for a, b in zip(x, flat[:, 1], strict=True)
                    )
                    yield f"M{points}Z"
