"""Coarse, cloudy optical images: real ones made coarse, or simulated from SAR and label.

Only one chip has a real optical image. For the others reflectances are drawn, per class, from
statistics of that chip, then mixed by the share of water in each coarse pixel. A simulated image
therefore knows the label of its own chip: scores on it tell how learning works, not how well real
water would be found. Spreads between scenes cannot be measured on one chip; :class:`Scenes` holds
those assumptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from base import UsageError
from coastal.flood.chips import S2_BANDS, Chip

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Pixels of 10 m along a side of a coarse pixel: 40 m.
COARSE = 4
#: Bands of the coarse image: green, near infrared, short-wave infrared.
BANDS = ("B3", "B8", "B11")
#: Distance in coarse pixels at which two pixels share only what is broad.
FAR = 8
#: Shares of water beyond which a coarse pixel counts as pure in calibration.
PURE = (0.02, 0.98)


@dataclass(frozen=True, slots=True)
class Surface:
    """Log-reflectance of one class on the coarse grid.

    Attributes:
        mean: shape (bands,).
        slope: change per dB of VH, which is smoothed and taken as a difference from its median;
            zero for water, shape (bands,).
        covariance: of what remains, shape (bands, bands).
        reach: standard deviation, in coarse pixels, of the Gaussian that correlates it in space.
        broad: share of the variance that is still correlated :data:`FAR` coarse pixels away, as
            fields and soils are; it is drawn with that reach instead.
    """

    mean: Floats
    slope: Floats
    covariance: Floats
    reach: float
    broad: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is measured on chips with a real optical image."""

    dry: Surface
    water: Surface


@dataclass(frozen=True, slots=True)
class Scenes:
    """How scenes differ: assumed, not measured.

    Attributes:
        gain: standard deviation of the log-gain of each band (sun, season, air, soil).
        turbidity: standard deviation of the log-brightness of water, all bands together.
        haze: greatest reflectance added to all bands.
        noise: standard deviation of the reflectance of a coarse pixel.
        cloud: least and greatest share of the scene under drawn cloud.
        cloud_reflectance: of thick cloud, by band.
        cloud_reach: standard deviation of the clouds' Gaussian field in coarse pixels.
    """

    gain: float = 0.2
    turbidity: float = 0.4
    haze: float = 0.03
    noise: float = 0.005
    cloud: tuple[float, float] = (0.1, 0.3)
    cloud_reflectance: tuple[float, float, float] = (0.35, 0.40, 0.30)
    cloud_reach: float = 7.0


@dataclass(frozen=True, slots=True)
class CoarseImage:
    """What a student sees.

    Attributes:
        reflectance: shape (bands, height, width), in the order of :data:`BANDS`.
        cloud: where the surface is hidden, shape (height, width).
        real: whether the surface is a real image (clouds are always drawn).
    """

    reflectance: Floats
    cloud: Mask
    real: bool


def blocks(values: NDArray[np.generic] | Floats, size: int = COARSE) -> Floats:
    """Return means over blocks of ``size`` pixels, shape (..., height / size, width / size)."""
    *front, height, width = values.shape
    rows, columns = height // size, width // size
    whole = np.asarray(values, dtype=np.float64)[..., : rows * size, : columns * size]
    return np.asarray(whole.reshape(*front, rows, size, columns, size).mean(axis=(-3, -1)))


def water_share(chip: Chip) -> tuple[Floats, Floats]:
    """Return the share of water among valid pixels, and the share that is valid, per coarse pixel.

    Where nothing is valid the share of water is 0.
    """
    valid = blocks(chip.label >= 0)
    return blocks(chip.label == 1) / np.where(valid > 0, valid, 1), valid


def calibrate(chips: Sequence[Chip]) -> Calibration:
    """Measure reflectances of pure water and pure dry land on chips with a real optical image.

    Raises:
        UsageError: no chip has one, or one class is missing.
    """
    seen = [chip for chip in chips if chip.optical is not None]
    if not seen:
        raise UsageError(
            "no chip with an optical image to calibrate the simulation on",
            where="flood chips", hint="add one with a file NAME_S2Hand.tif",
        )  # fmt: skip
    return Calibration(_surface(seen, water=False), _surface(seen, water=True))


def coarse_image(
    chip: Chip, calibration: Calibration, rng: Generator, *, scenes: Scenes | None = None
) -> CoarseImage:
    """Return the coarse, cloudy image of a chip: its own optics made coarse, or simulated.

    Clouds are drawn in any case; where most of a coarse pixel has no valid label (which in these
    data is mostly cloud in the optical image that was labelled) there is cloud too.
    """
    plan = scenes or Scenes()
    share, valid = water_share(chip)
    if chip.optical is not None:
        surface = blocks(_three(chip))
    else:
        surface = _simulated(chip, share, calibration, rng, plan)
    thickness = np.maximum(_clouds(share.shape, rng, plan), (valid < 0.5).astype(float))
    bright = np.asarray(plan.cloud_reflectance)[:, None, None]
    seen = surface * (1 - thickness) + bright * thickness
    return CoarseImage(np.clip(seen, 1e-3, 1.5), thickness > 0.3, chip.optical is not None)


def _three(chip: Chip) -> Floats:
    assert chip.optical is not None
    return np.asarray(chip.optical[[S2_BANDS.index(band) for band in BANDS]], dtype=np.float64)


def _relative_vh(chip: Chip) -> Floats:
    smooth = gaussian_filter(blocks(chip.vh), 1.0)
    return np.asarray(smooth - np.median(smooth))


def _surface(chips: Sequence[Chip], *, water: bool) -> Surface:
    values, slopes, lags = [], [], []
    for chip in chips:
        logged = np.log(np.clip(blocks(_three(chip)), 1e-3, None))
        share, valid = water_share(chip)
        pure = (valid == 1) & (share > PURE[1] if water else share < PURE[0])
        values.append(logged[:, pure])
        slopes.append(_relative_vh(chip)[pure])
        lags.append((logged, pure))
    rows = np.concatenate(values, axis=1)
    if rows.shape[1] < 50:
        raise UsageError(
            f"only {rows.shape[1]} coarse pixels of pure {'water' if water else 'dry land'}",
            where="flood chips", hint="calibrate on a chip with both",
        )  # fmt: skip
    vh = np.concatenate(slopes)
    design = np.stack([np.ones_like(vh), np.zeros_like(vh) if water else vh])
    factors = np.linalg.lstsq(design.T, rows.T, rcond=None)[0]
    rest = rows - factors.T @ design
    broad, near = (float(np.mean([_lagged(*one, lag) for one in lags])) for lag in (FAR, 1))
    broad = float(np.clip(broad, 0, 0.9))
    correlation = float(np.clip((near - broad) / (1 - broad), 0.05, 0.98))
    reach = float(np.sqrt(-1 / (4 * np.log(correlation))))
    return Surface(factors[0], factors[1], np.cov(rest), reach, broad)


def _lagged(logged: Floats, pure: Mask, lag: int) -> float:
    """Return the correlation of brightness between pure pixels ``lag`` apart in a row."""
    level = logged.mean(axis=0) - logged.mean(axis=0)[pure].mean()
    both = pure[:, lag:] & pure[:, :-lag]
    together = (level[:, lag:] * level[:, :-lag])[both].mean() if both.any() else 0.0
    return float(together / np.square(level[pure]).mean())


def _field(shape: tuple[int, int], reach: float, rng: Generator) -> Floats:
    """Return a Gaussian field of mean 0 and variance 1."""
    drawn = gaussian_filter(rng.standard_normal(shape), reach, mode="wrap")
    return np.asarray((drawn - drawn.mean()) / drawn.std())


def _drawn(surface: Surface, shape: tuple[int, int], vh: Floats, rng: Generator) -> Floats:
    root = np.linalg.cholesky(surface.covariance + 1e-9 * np.eye(len(surface.mean)))
    fields = np.stack(
        [
            np.sqrt(1 - surface.broad) * _field(shape, surface.reach, rng)
            + np.sqrt(surface.broad) * _field(shape, FAR, rng)
            for _ in surface.mean
        ]
    )
    return np.asarray(
        surface.mean[:, None, None]
        + surface.slope[:, None, None] * vh
        + np.tensordot(root, fields, axes=1)
    )


def _simulated(
    chip: Chip, share: Floats, calibration: Calibration, rng: Generator, plan: Scenes
) -> Floats:
    vh = np.clip(_relative_vh(chip), -4, 4)
    gain = rng.normal(0, plan.gain, (len(BANDS), 1, 1))
    dry = np.exp(_drawn(calibration.dry, share.shape, vh, rng) + gain)
    murky = rng.normal(0, plan.turbidity)
    water = np.exp(_drawn(calibration.water, share.shape, vh, rng) + gain / 2 + murky)
    mixed = share * water + (1 - share) * dry + rng.uniform(0, plan.haze)
    return np.asarray(mixed + rng.normal(0, plan.noise, mixed.shape))


def _clouds(shape: tuple[int, int], rng: Generator, plan: Scenes) -> Floats:
    """Return the opacity of drawn clouds, 0 to 1."""
    large, small = _field(shape, plan.cloud_reach, rng), _field(shape, 1.5, rng)
    field = large + 0.25 * small
    cover = rng.uniform(*plan.cloud)
    edge = np.quantile(field, 1 - cover) if cover > 0 else np.inf
    return np.asarray(np.clip((field - edge) / 0.3 + 0.3, 0, 1))
