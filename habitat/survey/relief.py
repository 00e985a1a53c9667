"""Relief of the seabed: slope, roughness and Hurst exponent, from a real grid or drawn at random.

Natural relief is self-affine: the root-mean-square height over a length L grows as L**H (for the
seafloor Malinverno 1990, Goff and Jordan 1988, recalled). A real grid of 1 arc-minute cells
(about 1.85 km) therefore sets three numbers per tile, the macro slope, the roughness and the Hurst
exponent H, and the relief below one cell, which no grid of that size shows, is drawn self-affine
with the same H. That the law holds from kilometres down to metres is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import SurveyError, read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Length over which ``roughness_m`` is meant, in m.
REFERENCE_M = 1000.0
#: Cells along a side of a tile of :func:`relief_tiles`: 16 arc-minutes.
TILE_CELLS = 16
#: Metres in a degree of latitude: 60 nautical miles of 1852 m.
DEGREE_M = 60.0 * 1852.0
_GRID_FILE = "azores_1min_bathy.nc"


@dataclass(frozen=True, slots=True)
class Relief:
    """Shape of the seabed at a place.

    Attributes:
        slope_degrees: macro slope, 0 to 60.
        roughness_m: root-mean-square height of the detrended relief over :data:`REFERENCE_M`.
        hurst: exponent of the self-affine relief, 0 (rough) to 1 (smooth), both excluded.
    """

    slope_degrees: float
    roughness_m: float
    hurst: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.slope_degrees <= 60.0:
            raise SurveyError(f"slope of {self.slope_degrees:g} degrees; give 0 to 60")
        if not 0.0 <= self.roughness_m <= 1000.0:
            raise SurveyError(f"roughness of {self.roughness_m:g} m; give 0 to 1000")
        if not 0.0 < self.hurst < 1.0:
            raise SurveyError(f"Hurst exponent of {self.hurst:g}; give more than 0, less than 1")

    def roughness_over(self, length_m: float) -> float:
        """Root-mean-square height over ``length_m``, in m, by the self-affine law."""
        return float(self.roughness_m * (length_m / REFERENCE_M) ** self.hurst)


@dataclass(frozen=True, slots=True)
class ReliefTile:
    """The relief of one tile of a real grid.

    Attributes:
        longitude, latitude: of the centre, degrees east and north; split data by these, since
            neighbouring tiles resemble one another.
        depth_m: mean depth, positive down.
        relief: its slope (median over the cells), roughness and Hurst exponent.
    """

    longitude: float
    latitude: float
    depth_m: float
    relief: Relief


def random_relief(rng: np.random.Generator) -> Relief:
    """Draw a relief where no real tiles are at hand.

    The ranges cover the tiles of the Azores grid (5th to 95th percentile), nothing more is claimed.
    """
    import numpy as np

    slope = float(np.clip(rng.lognormal(np.log(1.6), 0.65), 0.2, 10.0))
    roughness = float(np.clip(rng.lognormal(np.log(27.0), 0.6), 2.0, 120.0))
    return Relief(slope, roughness, float(rng.uniform(0.45, 0.87)))


def self_affine(rng: np.random.Generator, rows: int, columns: int, hurst: float) -> Floats:
    """Return a self-affine surface of zero mean and unit variance, shape (rows, columns).

    Spectral synthesis: Gaussian noise whose power falls as k**-(2 H + 2), drawn on a grid of twice
    the side and cropped, so that opposite edges do not match.
    """
    import numpy as np

    high, wide = 2 * rows, 2 * columns
    k = np.hypot(np.fft.fftfreq(high)[:, None], np.fft.rfftfreq(wide)[None, :])
    k[0, 0] = np.inf
    noise = np.fft.rfft2(rng.standard_normal((high, wide)))
    surface = np.fft.irfft2(noise * k ** -(hurst + 1.0), s=(high, wide))[:rows, :columns]
    surface = surface - surface.mean()
    return np.asarray(surface / max(float(surface.std()), 1e-12), dtype=np.float64)


def relief_tiles(folder: Path) -> list[ReliefTile]:
    """Cut the real Azores grid into tiles of 16 arc-minutes; tiles with land are left out.

    Args:
        folder: that holds ``azores_1min_bathy.nc`` (netCDF-4: metres, negative down).

    Raises:
        SurveyError: the grid is missing, is no grid, or h5py is not installed.
    """
    longitude, latitude, height = _read_grid(folder / _GRID_FILE)
    side = TILE_CELLS
    tiles = []
    for row in range(0, height.shape[0] - side + 1, side):
        for column in range(0, height.shape[1] - side + 1, side):
            z = height[row : row + side, column : column + side]
            if z.max() >= 0.0:
                continue
            lat = float(latitude[row : row + side].mean())
            lon = float(longitude[column : column + side].mean())
            dy = abs(float(latitude[1] - latitude[0])) * DEGREE_M
            dx = dy * _cosine(lat)
            tiles.append(ReliefTile(lon, lat, -float(z.mean()), estimate_relief(z, dx, dy)))
    return tiles


def estimate_relief(height_m: Floats, dx_m: float, dy_m: float) -> Relief:
    """Estimate slope, roughness and Hurst exponent of a height field.

    The slope is the median over the cells. The exponent is that of the structure function,
    sqrt(mean (z(x + L) - z(x))**2) = c L**H, over lags of one to four cells along both axes, of
    the relief less its plane; half the squared structure function is the variance over that lag.
    On synthetic tiles of 16 by 16 cells with H of 0.3, 0.5, 0.7 and 0.9 the mean estimate is 0.43,
    0.52, 0.62 and 0.70: taking off the plane lowers high exponents, and a band-limited surface is
    smooth at a lag of one cell. The order of tiles is kept, the range is narrowed.

    Args:
        height_m: shape (rows, columns), at least 8 by 8.
        dx_m, dy_m: cell size along columns and rows.
    """
    import numpy as np

    gy, gx = np.gradient(height_m, dy_m, dx_m)
    slope = float(np.degrees(np.arctan(np.median(np.hypot(gx, gy)))))
    rows, columns = np.indices(height_m.shape)
    plane = np.column_stack([rows.ravel(), columns.ravel(), np.ones(height_m.size)])
    fit, *_ = np.linalg.lstsq(plane, height_m.ravel(), rcond=None)
    rest = height_m - (plane @ fit).reshape(height_m.shape)
    lags, steps = [], []
    for lag in range(1, 5):
        lags += [lag * dx_m, lag * dy_m]
        steps += [np.square(rest[:, lag:] - rest[:, :-lag]).mean()]
        steps += [np.square(rest[lag:] - rest[:-lag]).mean()]
    root = np.sqrt(np.maximum(steps, 1e-12))
    hurst, _ = np.polyfit(np.log(lags), np.log(root), 1)
    hurst = float(np.clip(hurst, 0.05, 0.98))
    middle = float(np.exp(np.mean(np.log(lags))))
    at_middle = float(np.exp(np.mean(np.log(root)))) / np.sqrt(2.0)
    roughness = float(at_middle * (REFERENCE_M / middle) ** hurst)
    return Relief(min(slope, 60.0), min(roughness, 1000.0), hurst)


def _cosine(degrees: float) -> float:
    import math

    return math.cos(math.radians(degrees))


def _read_grid(path: Path) -> tuple[Floats, Floats, Floats]:
    """Return longitude, latitude and height of a netCDF-4 grid with x, y and z."""
    import io

    import numpy as np

    data = read_bytes(path, error=SurveyError)
    h5py = _h5py(path)
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            x, y, z = (np.asarray(file[name][()], dtype=np.float64) for name in ("x", "y", "z"))
    except (OSError, KeyError, ValueError, TypeError) as problem:
        raise SurveyError(
            "no netCDF-4 grid with x, y and z", where=str(path), hint="see its PROVENANCE.md"
        ) from problem
    if z.shape != (y.size, x.size) or min(z.shape) < TILE_CELLS or not np.isfinite(z).all():
        raise SurveyError(f"grid of shape {z.shape} for {x.size} by {y.size}", where=str(path))
    return x, y, z


def _h5py(path: Path) -> Any:
    try:
        import h5py
    except ImportError as problem:
        raise SurveyError(
            "netCDF-4 needs h5py", where=str(path), hint="pip install 'bathylex[train]'"
        ) from problem
    return h5py
