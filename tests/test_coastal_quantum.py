"""Quantum kernels: states, alignment, and the comparison with classical kernels."""

from __future__ import annotations

import builtins
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from base import UsageError
from benchmarks.coastal_quantum import events
from coastal.quantum import FeatureMap, centred_alignment, compare, quantum_kernel
from coastal.quantum.alignment import alignment_loss
from coastal.quantum.compare import linear, rbf
from tests.conftest import skip_or_fail


@pytest.fixture
def pennylane() -> None:
    """Skip where PennyLane is absent."""
    if importlib.util.find_spec("pennylane") is None:
        skip_or_fail("PennyLane is not installed (extra: quantum)")


@pytest.mark.usefixtures("pennylane")
def test_states_are_normed_and_the_kernel_is_one() -> None:
    rows = np.random.default_rng(0).normal(size=(7, 3))
    states = FeatureMap().states(rows, 0.5)
    assert states.shape == (7, 8)
    kernel = quantum_kernel(states, states)
    np.testing.assert_allclose(np.diag(kernel), 1, atol=1e-9)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-12)
    assert np.linalg.eigvalsh(kernel).min() > -1e-9


@pytest.mark.usefixtures("pennylane")
def test_a_batch_says_what_each_sample_alone_does() -> None:
    rows = np.random.default_rng(1).normal(size=(4, 2))
    together = FeatureMap(layers=1).states(rows, 0.7)
    alone = np.concatenate([FeatureMap(layers=1).states(one[None], 0.7) for one in rows])
    np.testing.assert_allclose(together, alone, atol=1e-12)


@pytest.mark.usefixtures("pennylane")
def test_without_entanglement_the_kernel_is_a_product_of_cosines() -> None:
    rows = np.random.default_rng(2).normal(size=(5, 3))
    states = FeatureMap(layers=1, entangled=False).states(rows, 0.8)
    gaps = 0.8 * (rows[:, None] - rows[None])
    expected = np.prod(np.cos(gaps / 2) ** 2, axis=-1)
    np.testing.assert_allclose(quantum_kernel(states, states), expected, atol=1e-9)


@pytest.mark.usefixtures("pennylane")
def test_a_wide_bandwidth_makes_states_strangers_and_a_small_one_alike() -> None:
    rows = np.random.default_rng(3).normal(size=(20, 6))
    off = ~np.eye(20, dtype=bool)
    means = []
    for bandwidth in (0.05, 0.5, 2.0):
        states = FeatureMap().states(rows, bandwidth)
        means.append(quantum_kernel(states, states)[off].mean())
    assert means[0] > 0.9 and means[0] > means[1] > means[2]


@pytest.mark.usefixtures("pennylane")
def test_too_many_features_and_no_numbers_are_refused() -> None:
    for wrong in (np.zeros((2, 20)), np.zeros(3), np.full((2, 2), np.nan)):
        with pytest.raises(UsageError, match="quantum kernel"):
            FeatureMap().states(wrong, 1.0)


def test_without_pennylane_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pennylane"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"not installed.*bathylex\[quantum\]"):
        FeatureMap().states(np.zeros((2, 2)), 1.0)


def test_alignment_is_one_for_the_ideal_kernel_and_none_for_a_constant_one() -> None:
    labels = np.array([0, 0, 1, 2, 2])
    ideal = (labels[:, None] == labels).astype(float)
    assert centred_alignment(ideal, labels) == pytest.approx(1)
    assert alignment_loss(5 + 3 * ideal, labels) == pytest.approx(0)
    assert centred_alignment(np.ones((5, 5)), labels) == 0
    assert centred_alignment(ideal, np.zeros(5)) == 0


def test_classical_kernels_are_what_they_say() -> None:
    rows = np.array([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(rbf(rows, rows, 0.1)[0, 1], np.exp(-0.5 * 0.01 * 25))
    np.testing.assert_allclose(linear(rows, rows, 2.0)[1, 1], 100)


@pytest.mark.usefixtures("pennylane")
def test_a_ring_is_found_by_all_but_the_linear_kernel() -> None:
    draw = np.random.default_rng(0)
    rows = draw.uniform(-2, 2, (60, 2))
    labels = (np.hypot(*rows.T) < 1.2).astype(int)
    groups = np.arange(60) % 3
    found = compare(rows, labels, groups, feature_map=FeatureMap(layers=1))
    assert found.groups == ("0", "1", "2") and set(found.f1) == {"quantum", "rbf", "linear"}
    mean = {name: np.mean(each) for name, each in found.f1.items()}
    assert mean["rbf"] > mean["linear"] + 0.1 and mean["quantum"] > mean["linear"] + 0.1
    gap, low, high = found.gain()
    assert low <= gap <= high
    with pytest.raises(UsageError, match="groups"):
        compare(rows, labels, np.zeros(60))


@pytest.mark.parametrize(("question", "grouping"), [("severe", "years"), ("displaced", "country")])
def test_events_are_drawn_by_group_and_class_and_do_not_hold_their_answer(
    tmp_path: Path, question: str, grouping: str
) -> None:
    lines = ["Country,lat,Area,Began,Ended,Dead,Displaced,Severity"]
    for at in range(120):
        place, year = ("Here", "There", "Far")[at % 3], 1985 + at % 29
        severity, displaced = (1.0, 1.5, 2.0)[at // 3 % 3], 40_000 * (at // 9 % 2)
        lines.append(
            f"{place},{-at / 2},{50 + at},{year}-01-05,{year}-01-09,{at},{displaced},{severity}"
        )
    (tmp_path / "events.csv").write_text("\n".join(lines), encoding="utf-8")
    drawn = [
        events(tmp_path / "events.csv", 6, 0, question=question, grouping=grouping)
        for _ in range(2)
    ]
    rows, truth, names = drawn[0]
    assert np.array_equal(rows, drawn[1][0]) and rows.shape == (len(truth), 5)
    assert len(np.unique(names)) == (6 if grouping == "years" else 3)
    for name in np.unique(names):
        assert truth[names == name].sum() == 3 and (names == name).sum() == 6
    np.testing.assert_allclose(rows[:, 0], np.log(5))
    assert (rows[:, 4] >= 0).all()
    for column in rows.T:
        # No feature parts the classes, as their own answer would.
        assert column[truth == 1].min() <= column[truth == 0].max()
