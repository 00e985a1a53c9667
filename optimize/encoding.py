"""How options become bits: a pick is an affine function of bits, so that products stay quadratic.

one-hot      a bit for each option; none or several may be set.
domain-wall  options of an attribute in a row, a bit for each gap; option k is chosen where the bits
             fall from 1 to 0 at k (Chancellor 2019, arXiv:1903.05068). An excess wall makes some
             pick -1.
rest         a bit for each option but the cheapest by reduced cost, which is chosen where no bit is
             set; several set make it negative. Swaps through it meet no barrier.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimize.arrays import Floats, Ints
from optimize.model import Pick

Name = Literal["one-hot", "domain-wall", "rest"]
NAMES: tuple[Name, ...] = ("one-hot", "domain-wall", "rest")


@dataclass(frozen=True)
class Exclusion:
    """A product of two bits that no valid state has.

    Attributes:
        group: number of the undecided attribute.
        bits: the two bits.
        inverted: whether it is the second bit without the first.
        picks: columns of picks that the product chooses together; empty for an excess wall.
        negative: column of the pick that it makes negative, or -1.
    """

    group: int
    bits: tuple[int, int]
    inverted: bool
    picks: tuple[int, ...]
    negative: int


@dataclass(frozen=True)
class Encoding:
    """Picks as affine functions of bits: ``pick = shift + matrix @ bits``.

    Attributes:
        name: one of :data:`NAMES`.
        labels: of the bits.
        entries: row (pick), column (bit) and coefficient of each non-zero of the matrix.
        shift: shape (picks,).
        exclusions: what makes a state invalid, apart from an attribute without a pick.
        may_be_empty: whether bits can leave an attribute without a pick.
    """

    name: Name
    labels: tuple[Hashable, ...]
    entries: tuple[Ints, Ints, Floats]
    shift: Floats
    exclusions: tuple[Exclusion, ...]
    may_be_empty: bool


def encode(
    name: Name, groups: Sequence[Sequence[int]], picks: Sequence[Pick], reduced: Floats
) -> Encoding:
    """Encode undecided attributes.

    Args:
        groups: columns of each attribute's options; columns count from 0 in order.
        picks: of each column.
        reduced: cost of each column by which options are put in order.
    """
    labels: list[Hashable] = []
    entries: list[tuple[int, int, float]] = []
    shift = np.zeros(len(picks))
    exclusions: list[Exclusion] = []
    for number, group in enumerate(groups):
        ordered = sorted(group, key=lambda column: (reduced[column], column))
        base = len(labels)
        if name == "domain-wall":
            labels += [("wall", *picks[column]) for column in ordered[1:]]
            shift[ordered[0]] = 1.0
            for place, column in enumerate(ordered[1:]):
                entries += [(ordered[place], base + place, -1.0), (column, base + place, 1.0)]
            exclusions += [
                Exclusion(number, (base + k, base + k + 1), True, (), ordered[k + 1])
                for k in range(len(ordered) - 2)
            ]
            continue
        own = list(group) if name == "one-hot" else [c for c in group if c != ordered[0]]
        labels += [picks[column] for column in own]
        entries += [(column, base + place, 1.0) for place, column in enumerate(own)]
        rest = -1
        if name == "rest":
            rest = ordered[0]
            shift[rest] = 1.0
            entries += [(rest, base + place, -1.0) for place in range(len(own))]
        exclusions += [
            Exclusion(number, (base + i, base + j), False, (own[i], own[j]), rest)
            for i in range(len(own))
            for j in range(i + 1, len(own))
        ]
    row, column_, value = np.array(entries, dtype=float).reshape(-1, 3).T
    return Encoding(
        name=name,
        labels=tuple(labels),
        entries=(row.astype(np.int64), column_.astype(np.int64), value.astype(float)),
        shift=shift,
        exclusions=tuple(exclusions),
        may_be_empty=name == "one-hot",
    )
