"""Quantum feature maps: N statevectors in one batched circuit, then one Gram product."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import UsageError

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]

#: Statevectors of more qubits are refused: 2^14 amplitudes a sample.
MOST_QUBITS = 14


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """Angles, one qubit per feature, and entanglement, repeated.

    Each layer turns qubit i by RY(b x_i) after a Hadamard gate and couples neighbours by
    IsingZZ(b² x_i x_j). Small bandwidths ``b`` keep states from becoming all but orthogonal
    (Canatar et al. 2022, arXiv:2206.06686).

    Attributes:
        layers: repetitions.
        entangled: couple neighbours; without it the kernel is a product of single qubits.
    """

    layers: int = 2
    entangled: bool = True

    def states(self, features: ArrayLike, bandwidth: float) -> Complex:
        """Return the statevectors of all samples, shape (samples, 2 ** features).

        Args:
            features: standardised, shape (samples, features).
            bandwidth: what features are multiplied by, more than 0.

        Raises:
            UsageError: PennyLane is absent, too many features, or values that are not finite.
        """
        rows = np.asarray(features, dtype=np.float64)
        if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
            raise UsageError("features that are no finite table", where="quantum kernel")
        count = rows.shape[1]
        if count > MOST_QUBITS:
            raise UsageError(
                f"{count} features, one qubit each", where="quantum kernel",
                hint=f"give at most {MOST_QUBITS}",
            )  # fmt: skip
        qml = pennylane()
        angles = (bandwidth * rows).T
        device = qml.device("default.qubit", wires=count)

        def circuit() -> Any:
            for _ in range(self.layers):
                for wire in range(count):
                    qml.Hadamard(wires=wire)
                    qml.RY(angles[wire], wires=wire)
                if self.entangled:
                    for wire in range(count - 1):
                        qml.IsingZZ(angles[wire] * angles[wire + 1], wires=[wire, wire + 1])
            return qml.state()

        return np.asarray(qml.QNode(circuit, device)(), dtype=np.complex128).reshape(len(rows), -1)


def quantum_kernel(one: Complex, other: Complex) -> Floats:
    """Return ``|⟨φ(x)|φ(y)⟩|²`` for all pairs, shape (one, other), from statevectors."""
    return np.asarray(np.abs(one.conj() @ other.T) ** 2)


def pennylane() -> ModuleType:
    """Return PennyLane.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import pennylane as qml
    except ImportError as problem:
        raise UsageError(
            "PennyLane is not installed", where="quantum kernel",
            hint="pip install 'bathylex[quantum]'",
        ) from problem  # fmt: skip
    module: ModuleType = qml
    return module
