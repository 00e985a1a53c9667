"""A student of hashed features that runs with numpy alone: its weights, its file and its answer.

Each item is a bag of 64-bit keys (words, word pairs) and a dense vector. Keys fall into the rows
of a small table (Weinberger et al. 2009, arXiv:0902.2206) whose mean joins the dense vector in
front of one hidden layer. :mod:`distill.hashed_training` trains it with torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from base import DistillError, write_whole
from distill.weights import in_order

Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(31)


def salted(keys: Keys, salt: int) -> Keys:
    """Return keys that differ from those of another salt: one word in two roles is two features."""
    with np.errstate(over="ignore"):
        mixed = (keys ^ (np.uint64(salt) * _ODD)) * _MIX
    return np.asarray(mixed ^ (mixed >> _SHIFT), dtype=np.uint64)


def pairs(keys: Keys) -> Keys:
    """Return one key for each pair of neighbours, in order."""
    with np.errstate(over="ignore"):
        joined = keys[:-1] * _ODD + keys[1:]
    return salted(np.asarray(joined, dtype=np.uint64), 1)


@dataclass(frozen=True, slots=True)
class Features:
    """What a student reads of one item: keys of any number, and a dense vector of fixed width."""

    keys: Keys
    dense: Floats


@dataclass(frozen=True, slots=True)
class HashedStudent:
    """The weights of a trained student.

    Attributes:
        table: one row per bucket, shape (buckets, width).
        hidden, hidden_bias: from (width + dense) to the hidden units.
        output, output_bias: from the hidden units to the logits.
        temperature: what the logits are divided by, fitted on validation data.
    """

    table: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    temperature: float

    def logits(self, features: Features) -> Floats:
        """Return the calibrated logits, shape (labels,)."""
        buckets = features.keys % np.uint64(len(self.table))
        bag = (
            self.table[buckets].mean(axis=0)
            if len(buckets)
            else np.zeros(self.table.shape[1], dtype=np.float32)
        )
        units = self.hidden @ np.concatenate([bag, features.dense]) + self.hidden_bias
        scores = self.output @ np.maximum(units, 0) + self.output_bias
        return np.asarray(scores / self.temperature, dtype=np.float32)


_TABLES = ("table", "hidden", "hidden_bias", "output", "output_bias")


def save_student(student: HashedStudent, path: Path, *, card: Mapping[str, str]) -> None:
    """Write a student as half-precision safetensors, completely or not at all.

    Args:
        student: the trained weights.
        path: the file.
        card: what it was trained on and how, kept in the file's header.
    """
    from safetensors.numpy import save

    tensors = {name: getattr(student, name).astype(np.float16) for name in _TABLES}
    note = {**card, "temperature": repr(student.temperature)}
    write_whole(path, in_order(save(tensors, metadata=note)))


def load_student(path: Path) -> HashedStudent:
    """Read a student; no code in the file is run.

    Raises:
        DistillError: the file cannot be read, or holds no student.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            tables = {name: file.get_tensor(name).astype(np.float32) for name in _TABLES}
            temperature = float(file.metadata()["temperature"])
    except (
        OSError, KeyError, TypeError, ValueError, AttributeError, MemoryError, SafetensorError,
    ) as problem:  # fmt: skip
        raise DistillError("no student of hashed features", where=str(path)) from problem
    if not _fits(tables) or not math.isfinite(temperature) or temperature <= 0.0:
        raise DistillError("a student whose tables do not fit together", where=str(path))
    return HashedStudent(**tables, temperature=temperature)


def _fits(tables: Mapping[str, Floats]) -> bool:
    """Say whether shapes agree and every value is a number."""
    dimensions = tuple(tables[name].ndim for name in _TABLES)
    if dimensions != (2, 2, 1, 2, 1) or not all(np.isfinite(one).all() for one in tables.values()):
        return False
    table, hidden, hidden_bias, output, output_bias = (tables[name] for name in _TABLES)
    return bool(
        table.size
        and hidden.shape[1] >= table.shape[1]
        and hidden.shape[0] == hidden_bias.size == output.shape[1]
        and output.shape[0] == output_bias.size
    )
