"""Kernel-target alignment, centred."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def centred(kernel: ArrayLike) -> Floats:
    """Return ``H K H`` with ``H = I - 11ᵀ/n``: features with their mean taken away."""
    table = np.asarray(kernel, dtype=np.float64)
    rows, columns = table.mean(axis=0, keepdims=True), table.mean(axis=1, keepdims=True)
    return np.asarray(table - rows - columns + table.mean())


def ideal_kernel(labels: ArrayLike) -> Floats:
    """Return 1 where two labels are alike and 0 elsewhere, for any number of classes."""
    names = np.asarray(labels)
    return np.asarray(names[:, None] == names, dtype=np.float64)


def centred_alignment(kernel: ArrayLike, labels: ArrayLike) -> float:
    """Return ``⟨HKH, HYH⟩ / (‖HKH‖ ‖HYH‖)``, 0 where either is constant.

    Without centring a kernel that is all ones looks aligned with unbalanced labels (Cortes, Mohri,
    Rostamizadeh 2012, JMLR 13).

    Args:
        kernel: shape (n, n).
        labels: of any kind that can be compared, shape (n,).
    """
    own, wanted = centred(kernel), centred(ideal_kernel(labels))
    norms = float(np.linalg.norm(own) * np.linalg.norm(wanted))
    return float((own * wanted).sum() / norms) if norms > 1e-12 else 0.0


def alignment_loss(kernel: ArrayLike, labels: ArrayLike) -> float:
    """Return 1 less the centred alignment: what a kernel's parameters are chosen to lower."""
    return 1 - centred_alignment(kernel, labels)
