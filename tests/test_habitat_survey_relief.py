"""Relief: the estimate finds what a surface was made of, and the real grid gives sane tiles."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from base import SurveyError
from habitat.survey.relief import (
    Relief,
    estimate_relief,
    random_relief,
    relief_tiles,
    self_affine,
)


def test_the_estimate_orders_synthetic_tiles_by_their_hurst_exponent() -> None:
    rng = np.random.default_rng(0)
    stated = {0.3: 0.43, 0.5: 0.52, 0.7: 0.62, 0.9: 0.70}
    for hurst, expected in stated.items():
        found = [
            estimate_relief(self_affine(rng, 64, 64, hurst)[:16, :16] * 50.0, 100.0, 100.0).hurst
            for _ in range(100)
        ]
        assert np.mean(found) == pytest.approx(expected, abs=0.04)


def test_the_estimate_of_a_large_surface_is_near_its_hurst_exponent() -> None:
    rng = np.random.default_rng(0)
    for hurst in (0.5, 0.7, 0.9):
        surface = self_affine(rng, 256, 256, hurst) * 50.0
        assert estimate_relief(surface, 100.0, 100.0).hurst == pytest.approx(hurst, abs=0.15)


def test_the_slope_of_a_plane_is_found_and_takes_no_part_in_roughness() -> None:
    columns = np.indices((16, 16), dtype=float)[1]
    found = estimate_relief(columns * 100.0 * np.tan(np.radians(12.0)), 100.0, 100.0)
    assert found.slope_degrees == pytest.approx(12.0, abs=1e-6)
    assert found.roughness_m < 0.01


def test_rougher_surfaces_measure_rougher() -> None:
    surface = self_affine(np.random.default_rng(1), 64, 64, 0.7)
    low, high = (estimate_relief(surface * scale, 500.0, 500.0) for scale in (10.0, 40.0))
    assert high.roughness_m == pytest.approx(4.0 * low.roughness_m, rel=1e-6)
    assert high.hurst == pytest.approx(low.hurst)


def test_roughness_is_half_the_mean_square_difference_over_a_kilometre() -> None:
    surface = self_affine(np.random.default_rng(2), 256, 256, 0.6) * 50.0
    step = surface[:, 2:] - surface[:, :-2]
    expected = np.sqrt(np.square(step).mean() / 2.0)
    assert estimate_relief(surface, 500.0, 500.0).roughness_m == pytest.approx(expected, rel=0.1)


def test_roughness_shrinks_with_length_by_the_self_affine_law() -> None:
    relief = Relief(2.0, 40.0, 0.5)
    assert relief.roughness_over(1000.0) == pytest.approx(40.0)
    assert relief.roughness_over(10.0) == pytest.approx(4.0)


@pytest.mark.parametrize(
    "values", [(-1.0, 5.0, 0.5), (70.0, 5.0, 0.5), (1.0, -5.0, 0.5), (1, 5, 1)]
)
def test_impossible_relief_is_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(SurveyError):
        Relief(*values)


def test_random_relief_is_possible() -> None:
    rng = np.random.default_rng(0)
    drawn = [random_relief(rng) for _ in range(200)]
    assert len({relief.hurst for relief in drawn}) == 200


def test_no_grid_and_no_library_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SurveyError, match="no such file"):
        relief_tiles(tmp_path)
    (tmp_path / "azores_1min_bathy.nc").write_bytes(b"no grid")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(SurveyError, match=r"needs h5py; pip install 'bathylex\[train\]'"):
        relief_tiles(tmp_path)


def test_a_damaged_grid_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    (tmp_path / "azores_1min_bathy.nc").write_bytes(b"no grid")
    with pytest.raises(SurveyError, match="no netCDF-4 grid"):
        relief_tiles(tmp_path)


@pytest.mark.shared
def test_the_azores_grid_gives_tiles_of_the_mid_atlantic_ridge(shared: Path) -> None:
    pytest.importorskip("h5py")
    tiles = relief_tiles(shared / "data" / "bathymetry")
    assert len(tiles) > 800
    assert all(-33.0 < t.longitude < -23.0 and 35.5 < t.latitude < 43.0 for t in tiles)
    assert all(0.0 < t.depth_m < 5158.4 for t in tiles)
    assert 0.5 < np.median([t.relief.slope_degrees for t in tiles]) < 5.0
    assert 0.5 < np.median([t.relief.hurst for t in tiles]) < 0.9
    assert 10.0 < np.median([t.relief.roughness_m for t in tiles]) < 80.0
    west = [t for t in tiles if t.longitude < -28.0]
    assert 0.3 < len(west) / len(tiles) < 0.7
