"""The side-scan simulator: Lambert's law, shadows, speckle, and classes that can be told apart."""

from __future__ import annotations

import numpy as np
import pytest

from base import SurveyError
from habitat.survey.acoustic import (
    ECOSYSTEMS,
    SEABEDS,
    SIZE,
    Geometry,
    Relief,
    echo_power,
    lambert_db,
    lit,
    simulate_side_scan,
    speckle,
)
from habitat.survey.scene import Scene

FLAT = Relief(slope_degrees=0.5, roughness_m=5.0, hurst=0.8)
GROUND = np.arange(30.0, 130.0)


def _object(height: float, column: int = 20) -> np.ndarray:
    relief = np.zeros((3, GROUND.size))
    relief[:, column : column + 2] = height
    return relief


@pytest.mark.parametrize("seabed", SEABEDS)
@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_every_class_gives_a_finite_image(seabed: str, ecosystem: str) -> None:
    rng = np.random.default_rng(3)
    image = simulate_side_scan(rng, seabed=seabed, ecosystem=ecosystem, relief=FLAT)
    assert image.shape == (SIZE, SIZE)
    assert image.dtype == np.float32
    assert np.isfinite(image).all()
    assert -75.0 < image.min() < image.max() < 15.0


def test_the_same_seed_gives_the_same_image() -> None:
    images = [
        simulate_side_scan(
            np.random.default_rng(5), seabed="sand", ecosystem="sponge_field", relief=FLAT
        )
        for _ in range(2)
    ]
    assert np.array_equal(*images)


def test_lambert_falls_with_the_grazing_angle() -> None:
    angles = np.radians([90.0, 60.0, 30.0, 10.0, 1.0])
    levels = lambert_db(np.full(5, -27.0), np.sin(angles))
    assert (np.diff(levels) < 0.0).all()
    assert levels[0] == pytest.approx(-27.0)
    assert levels[2] == pytest.approx(-27.0 - 6.0206, abs=1e-3)
    assert lambert_db(np.array([-27.0]), np.array([-0.2]))[0] == -np.inf


def test_a_flat_seabed_follows_lambert_with_range() -> None:
    scene = Scene(np.zeros((8, 88)), np.full((8, 88), -25.0), 0.0)
    power = 10.0 * np.log10(echo_power(scene, Geometry(altitude_m=40.0, nearest_m=40.0)))
    ground = 40.0 + np.arange(64)
    expected = -25.0 + 20.0 * np.log10(40.0 / np.hypot(40.0, ground))
    assert np.abs(power - expected).max() < 0.5


def test_a_shadow_lies_beyond_its_object_and_lengthens_with_height() -> None:
    lengths = []
    for height in (1.0, 2.0, 4.0, 8.0):
        dark = ~lit(_object(height), GROUND, 30.0)
        assert not dark[:, :20].any()
        lengths.append(int(dark[0].sum()))
        expected = GROUND[21] * height / (30.0 - height)
        assert lengths[-1] == pytest.approx(min(expected, GROUND[-1] - GROUND[21]), abs=2.0)
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == 4


def test_a_shadow_shortens_as_the_towfish_climbs() -> None:
    dark = [int((~lit(_object(3.0), GROUND, altitude)).sum()) for altitude in (15.0, 30.0, 60.0)]
    assert dark == sorted(dark, reverse=True)
    assert dark[0] > dark[-1] > 0


def test_an_object_shows_bright_in_front_of_its_shadow() -> None:
    height = np.zeros((16, 88))
    height[6:10, 40:43] = 3.0
    power = echo_power(Scene(height, np.full(height.shape, -25.0), 0.0), Geometry(30.0, 40.0))
    row, far = power[8], power[0]
    assert row.max() > 4.0 * far.max()
    assert int(row.argmax()) < 40 - 12 + 2
    assert (row[33:36] < 0.05 * far[33:36]).all()


def test_tall_objects_are_laid_over_towards_the_towfish() -> None:
    first = []
    for tall in (0.5, 6.0):
        height = np.zeros((16, 88))
        height[6:10, 40:43] = tall
        power = echo_power(Scene(height, np.full(height.shape, -25.0), 0.0), Geometry(30.0, 40.0))
        first.append(int(np.flatnonzero(power[8] > 1.5 * power[0])[0]))
    # The top of 6 m at 68 m on the ground has the slant range of flat ground at 65.3 m.
    assert first[0] == pytest.approx(27, abs=1)
    assert first[1] == pytest.approx(65.3 - 40.0, abs=1)


@pytest.mark.parametrize("looks", [1, 4, 16])
def test_speckle_is_gamma_with_mean_one_and_variance_one_over_looks(looks: int) -> None:
    from scipy.stats import gamma, kstest

    drawn = speckle(np.random.default_rng(0), np.full((200, 200), 2.0), looks) / 2.0
    assert drawn.mean() == pytest.approx(1.0, abs=0.02)
    assert drawn.var() == pytest.approx(1.0 / looks, rel=0.05)
    assert kstest(drawn.ravel()[:5000], gamma(looks, scale=1.0 / looks).cdf).pvalue > 1e-3


def test_harder_seabeds_are_brighter_on_average() -> None:
    rng = np.random.default_rng(1)
    levels = [
        np.mean(
            [
                np.median(simulate_side_scan(rng, seabed=s, ecosystem="none", relief=FLAT))
                for _ in range(30)
            ]
        )
        for s in SEABEDS
    ]
    assert levels == sorted(levels)
    assert np.diff(levels).min() > 1.5


def test_ecosystems_differ_more_than_chance_but_not_by_one_number() -> None:
    """Nearest class mean over five summary numbers beats chance widely and stays far from sure."""
    rng = np.random.default_rng(2)
    features, labels = [], []
    for number in range(400):
        kind = number % len(ECOSYSTEMS)
        image = simulate_side_scan(rng, seabed="sand", ecosystem=ECOSYSTEMS[kind], relief=FLAT)
        rest = image - np.median(image)
        edges = np.abs(np.diff(image, axis=1))
        features.append(
            [rest.std(), *np.percentile(rest, [0.5, 99.5]), edges.mean(), np.percentile(edges, 99)]
        )
        labels.append(kind)
    x, y = np.array(features), np.array(labels)
    x = (x - x.mean(0)) / x.std(0)
    centres = np.stack([x[:200][y[:200] == k].mean(0) for k in range(len(ECOSYSTEMS))])
    guess = np.square(x[200:, None] - centres[None]).sum(2).argmin(1)
    assert 0.35 < (guess == y[200:]).mean() < 0.95


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seabed": "lava"}, "mud, sand"),
        ({"ecosystem": "kelp"}, "sponge_field"),
        ({"size": 4}, "16 to 512"),
        ({"looks": 0}, "at least 1"),
    ],
)
def test_impossible_scenes_are_refused(change: dict[str, object], said: str) -> None:
    settings = {"seabed": "mud", "ecosystem": "none", "relief": FLAT, **change}
    with pytest.raises(SurveyError, match=said):
        simulate_side_scan(np.random.default_rng(0), **settings)  # type: ignore[arg-type]
