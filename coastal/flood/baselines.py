"""What costs nothing: thresholds on backscatter and on a water index."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Mask = NDArray[np.bool_]

#: Fixed threshold of VV in dB, as Sen1Floods11's figures for these chips use it.
FIXED_VV_DB = -13.45


def fixed_vv(vv: ArrayLike) -> Mask:
    """Return where VV in dB is below :data:`FIXED_VV_DB`."""
    return np.asarray(vv, dtype=np.float64) < FIXED_VV_DB


def otsu(values: ArrayLike, *, bins: int = 256) -> float:
    """Return the threshold of greatest variance between two classes (Otsu 1979).

    Args:
        values: any shape, finite; all alike gives that value.
        bins: of the histogram between the 0.1 and 99.9 percentiles.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    low, high = np.quantile(flat, [0.001, 0.999])
    if high <= low:
        return float(low)
    counts, edges = np.histogram(np.clip(flat, low, high), bins=bins, range=(low, high))
    middle = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1].astype(np.float64)
    above = flat.size - below
    summed = np.cumsum(counts * middle)[:-1]
    total = float((counts * middle).sum())
    gap = summed / np.maximum(below, 1) - (total - summed) / np.maximum(above, 1)
    return float(edges[1:-1][np.argmax(below * above * gap**2)])


def otsu_vv(vv: ArrayLike) -> Mask:
    """Return where VV in dB is below its own Otsu threshold."""
    return np.asarray(vv, dtype=np.float64) < otsu(vv)


def water_index(reflectance: ArrayLike, cloud: ArrayLike, *, threshold: float = 0.0) -> Mask:
    """Return where (green - near infrared) / (green + near infrared) is above a threshold.

    Nothing is water under cloud.

    Args:
        reflectance: green, near infrared and more, shape (bands, height, width).
        cloud: shape (height, width).
        threshold: 0 in McFeeters 1996.
    """
    green, near = np.asarray(reflectance, dtype=np.float64)[:2]
    total = green + near
    index = np.where(total > 0, (green - near) / np.where(total > 0, total, 1), -1)
    return np.asarray((index > threshold) & ~np.asarray(cloud, dtype=bool))
