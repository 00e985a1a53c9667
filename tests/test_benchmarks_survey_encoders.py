"""The benchmark of sonar and sensor fronts: how it splits, what it counts, what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.survey_encoders import (
    FOLDS,
    READ,
    Crops,
    accuracy,
    counts,
    interval,
    main,
    mean_f1,
    median_error,
    predicted,
    read_only,
    windows,
)
from distill.metrics import macro_f1
from habitat.survey.instruments import Mooring


def crops(count: int = 100) -> Crops:
    """Crops in the order of an archive: neither class nor number is sorted."""
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1, 2], [count // 2, count // 4, count // 4])
    number = np.concatenate([rng.permutation(np.sum(label == one)) + 1 for one in range(3)])
    blank = np.zeros((count, 1, 1), dtype=np.float32)
    return Crops(blank, blank, label, number)


def test_folds_are_blocks_of_consecutive_numbers_of_each_class() -> None:
    made = crops()
    folds = made.folds()
    for one in range(3):
        rows = made.label == one
        order = np.argsort(made.number[rows])
        assert (np.diff(folds[rows][order]) >= 0).all()
        assert set(folds[rows].tolist()) == set(range(FOLDS))
        assert np.ptp(np.bincount(folds[rows])) <= 1


def test_every_crop_is_told_by_a_model_that_never_saw_its_fold() -> None:
    folds = crops().folds()

    def answer(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        assert not set(folds[train]) & set(folds[test])
        return folds[test]

    np.testing.assert_array_equal(predicted(answer, folds), folds)


def test_counts_give_accuracy_and_macro_f1() -> None:
    rng = np.random.default_rng(1)
    label, said = rng.integers(3, size=80), rng.integers(3, size=80)
    summed = counts(label, said).sum(axis=0)
    assert float(accuracy(summed)) == pytest.approx((label == said).mean())
    assert float(mean_f1(summed)) == pytest.approx(macro_f1(label, said))


def test_intervals_draw_whole_groups() -> None:
    """Ten twins of each of eight crops say no more than eight crops do."""
    label = np.repeat(np.arange(8) % 2, 10)
    said = np.where(np.repeat(np.arange(8), 10) < 2, 1 - label, label)
    rows = counts(label, said)
    value, low, high = interval(rows, np.repeat(np.arange(8), 10), accuracy)
    _, narrow_low, narrow_high = interval(rows, np.arange(80), accuracy)
    assert value == 0.75
    assert high - low > 2 * (narrow_high - narrow_low)
    middle, below, above = median_error(np.repeat([0.1, 0.3, 0.2], 5), np.repeat([0, 1, 2], 5))
    assert (middle, below, above) == (0.2, 0.1, 0.3)


def test_a_mooring_is_cut_into_two_days_at_the_depth_of_its_own_pressure() -> None:
    hours = np.arange(150.0)
    pressure = 500.0 + np.sin(hours)
    pressure[48:96] = np.nan
    mooring = Mooring(hours, pressure, 0 * hours + 4, 0 * hours + 35, 47.0, -45.0, "made up")
    series, depth, _ = windows(mooring)
    assert series.shape == (2, 48, 10)
    assert depth == pytest.approx([494.6, 494.6], abs=1.0)
    others = [at for at in range(10) if at not in READ]
    assert np.isnan(series[..., others]).all() and not np.isnan(series[..., list(READ)]).any()
    assert np.isnan(read_only(series, READ[1:])[..., READ[0]]).all()


def test_a_missing_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and "no such folder" in printed.err
