"""A quantum kernel beside RBF and linear: same folds, same choices, same classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import UsageError
from coastal.quantum.alignment import centred_alignment
from coastal.quantum.feature_map import FeatureMap, quantum_kernel
from distill.metrics import f1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What features are multiplied by before a quantum map, and 1 / (2 length²) is made of in RBF.
BANDWIDTHS = (0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5)
#: Ridges, as shares of the kernel's mean diagonal times the number of samples.
RIDGES = (1e-4, 1e-3, 1e-2, 1e-1)
#: From bandwidth to the kernel of two sets of samples.
Kernel = Callable[[Floats, Floats, float], Floats]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What kernels reach on the same test groups.

    Attributes:
        f1: by kernel, of the yes class in each test group, in the order of ``groups``.
        alignment: by kernel, with the training labels at the bandwidth that was chosen.
        groups: those with both classes in training and any yes in test.
    """

    f1: dict[str, tuple[float, ...]]
    alignment: dict[str, tuple[float, ...]]
    groups: tuple[str, ...]

    def gain(self, one: str = "quantum", other: str = "rbf") -> tuple[float, float, float]:
        """Return the mean difference over groups with its 95 % t-interval."""
        from scipy.stats import t

        gap = np.array(self.f1[one]) - np.array(self.f1[other])
        if len(gap) < 2:
            return float(gap.mean()), float("-inf"), float("inf")
        half = float(t.ppf(0.975, len(gap) - 1) * gap.std(ddof=1) / np.sqrt(len(gap)))
        return float(gap.mean()), float(gap.mean() - half), float(gap.mean() + half)


def linear(one: Floats, other: Floats, bandwidth: float) -> Floats:
    """Return inner products; the bandwidth changes nothing but their scale."""
    return np.asarray(bandwidth**2 * (one @ other.T))


def rbf(one: Floats, other: Floats, bandwidth: float) -> Floats:
    """Return ``exp(-b² ‖x - y‖² / 2)``."""
    gaps = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.asarray(np.exp(-0.5 * bandwidth**2 * np.maximum(gaps, 0)))


def quantum(feature_map: FeatureMap) -> Kernel:
    """Return the kernel of a feature map."""

    def kernel(one: Floats, other: Floats, bandwidth: float) -> Floats:
        first = feature_map.states(one, bandwidth)
        second = first if other is one else feature_map.states(other, bandwidth)
        return quantum_kernel(first, second)

    return kernel


def compare(
    features: ArrayLike, labels: ArrayLike, groups: ArrayLike, *,
    feature_map: FeatureMap | None = None,
) -> Comparison:  # fmt: skip
    """Hold out each group in turn; choose bandwidth and ridge within training groups.

    Each kernel's bandwidth is that of least alignment loss among the three of best validation
    F1 of kernel ridge, over training groups that are held out in turn. All have the same grid.

    Args:
        features: shape (samples, features).
        labels: 0 or 1, shape (samples,).
        groups: what samples belong to, such as a scene or a span of time, shape (samples,).

    Raises:
        UsageError: fewer than three groups that can be scored.
    """
    rows = np.asarray(features, dtype=np.float64)
    truth, names = np.asarray(labels, dtype=np.int64), np.asarray(groups).astype(str)
    wet = [str(one) for one in np.unique(names) if (truth[names == one] == 1).any()]
    if len(wet) < 3:
        raise UsageError(
            f"{len(wet)} groups with a positive label", where="kernel comparison",
            hint="give at least three",
        )  # fmt: skip
    kernels = {"quantum": quantum(feature_map or FeatureMap()), "rbf": rbf, "linear": linear}
    scores: dict[str, list[float]] = {name: [] for name in kernels}
    aligned: dict[str, list[float]] = {name: [] for name in kernels}
    for held in wet:
        train, test = names != held, names == held
        middle, spread = rows[train].mean(axis=0), rows[train].std(axis=0)
        scaled = (rows - middle) / np.where(spread > 0, spread, 1)
        for name, kernel in kernels.items():
            bandwidth, ridge = _chosen(kernel, scaled[train], truth[train], names[train])
            own = kernel(scaled[train], scaled[train], bandwidth)
            said = _ridge(own, truth[train], ridge, kernel(scaled[test], scaled[train], bandwidth))
            scores[name].append(_f1(said, truth[test]))
            aligned[name].append(centred_alignment(own, truth[train]))
    return Comparison(
        {name: tuple(found) for name, found in scores.items()},
        {name: tuple(found) for name, found in aligned.items()},
        tuple(wet),
    )


def _chosen(
    kernel: Kernel, rows: Floats, truth: Ints, names: NDArray[np.str_]
) -> tuple[float, float]:
    """Return bandwidth and ridge from training groups alone."""
    found: list[tuple[float, float, float, float]] = []
    folds = [one for one in np.unique(names) if (truth[names == one] == 1).any()]
    for bandwidth in BANDWIDTHS:
        whole = kernel(rows, rows, bandwidth)
        loss = 1 - centred_alignment(whole, truth)
        for ridge in RIDGES:
            scored = []
            for fold in folds:
                kept, held = names != fold, names == fold
                own, other = whole[np.ix_(kept, kept)], whole[np.ix_(held, kept)]
                scored.append(_f1(_ridge(own, truth[kept], ridge, other), truth[held]))
            found.append((float(np.mean(scored)), -loss, bandwidth, ridge))
    best = sorted(found, reverse=True)[:3]
    _, _, bandwidth, ridge = max(best, key=lambda one: one[1])
    return bandwidth, ridge


def _ridge(own: Floats, truth: Ints, ridge: float, other: Floats) -> NDArray[np.bool_]:
    """Return the yes-no answers of kernel ridge regression on ±1, classes weighed alike."""
    share = np.clip(truth.mean(), 1e-6, 1 - 1e-6)
    weight = np.where(truth == 1, 0.5 / share, 0.5 / (1 - share))
    sign = 2.0 * truth - 1
    offset = float((weight * sign).mean())
    strength = ridge * len(own) * float(np.trace(own)) / len(own)
    duals = np.linalg.solve(
        own + np.diag(strength / weight) + 1e-9 * np.eye(len(own)), sign - offset
    )
    return np.asarray(other @ duals + offset > 0)


def _f1(said: NDArray[np.bool_], truth: Ints) -> float:
    wet = truth == 1
    return float(
        f1(np.array([(said & wet).sum(), (said & ~wet).sum(), (~said & wet).sum()], float))
    )
