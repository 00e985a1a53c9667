"""Where a program runs: on NumPy arrays, or on PyTorch tensors of a device.

Both libraries name alike what the engine needs (``where``, ``isnan``, ``fmin`` …), and their
arithmetic of float64 is the same, operation by operation. What they name otherwise is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from base import UsageError
from compliance.engine.kinds import Array

#: Designs that are judged at a time on a processor: their columns stay in the cache of a core.
BLOCK = 16_384
#: On a graphics processor, whose calls take longer than most of their work.
_WIDE_BLOCK = 1 << 20


class Arrays:
    """NumPy, where columns are.

    Attributes:
        xp: the library.
        block: designs that are judged at a time.
    """

    xp: Any = np
    block = BLOCK

    def columns(self, columns: Mapping[str, Array]) -> Mapping[str, Any]:
        """Return columns as arrays of the library."""
        return columns

    def number(self, number: float) -> Any:
        """Return a number as an array without dimensions."""
        return np.asarray(number)

    def buffer(self, target: Array) -> Any:
        """Return what stands for a NumPy array while it is written to."""
        return target

    def settle(self, buffer: Any, target: Array) -> None:
        """Bring what was written to a buffer into the NumPy array that it stands for."""


class Tensors(Arrays):
    """PyTorch, on a device.

    Args:
        device: as PyTorch names it: ``cpu``, ``cuda``, ``cuda:1``.

    Raises:
        UsageError: no such device is here.
    """

    def __init__(self, device: str) -> None:
        import torch

        try:
            self.device = torch.empty(0, device=device).device
        except (RuntimeError, AssertionError) as problem:
            raise UsageError(
                f"PyTorch has no device '{device}' here", where="device", hint="use cpu, or none"
            ) from problem
        self.xp = torch
        self.block = BLOCK if self.device.type == "cpu" else _WIDE_BLOCK

    def columns(self, columns: Mapping[str, Array]) -> Mapping[str, Any]:
        return {name: self._tensor(array) for name, array in columns.items()}

    def _tensor(self, array: Array) -> Any:
        # PyTorch compares few kinds of integers, and takes bytes as an index for a mask.
        plain = array if array.dtype.kind == "f" else array.astype(np.int32)
        return self.xp.tensor(plain, device=self.device)

    def number(self, number: float) -> Any:
        return self.xp.tensor(number, dtype=self.xp.float64, device=self.device)

    def buffer(self, target: Array) -> Any:
        return self.xp.tensor(target, device=self.device)

    def settle(self, buffer: Any, target: Array) -> None:
        target[...] = buffer.cpu().numpy()


def arrays_on(device: str | None) -> Arrays:
    """Return where a program runs: NumPy where no device is chosen."""
    return Arrays() if device is None else Tensors(device)


def like(array: Any, other: Array | float) -> Any:
    """Return a NumPy array or a number as the library of ``array`` has it, on its device."""
    if isinstance(array, np.ndarray):
        return np.asarray(other)
    import torch

    return torch.as_tensor(other, device=array.device)
