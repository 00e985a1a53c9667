"""Quantum kernels, an extra: feature maps, their alignment with labels, always beside classical.

PennyLane is the optional extra ``quantum``; without it every call that needs it says so in one
line. Nothing else in the package depends on this folder.
"""

from __future__ import annotations

from coastal.quantum.alignment import centred_alignment
from coastal.quantum.compare import Comparison, compare
from coastal.quantum.feature_map import FeatureMap, quantum_kernel

__all__ = ["Comparison", "FeatureMap", "centred_alignment", "compare", "quantum_kernel"]
