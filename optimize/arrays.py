"""A configuration problem as flat arrays, for the parts that touch every option many times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimize.model import ConfigurationProblem, Pick

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arrays:
    """Options of all attributes in one row, attribute by attribute.

    Attributes:
        picks: the option at each position.
        attribute: number of the attribute at each position, shape (options,).
        start: first position of each attribute, and the number of options, shape (attributes + 1,).
        cost: shape (options,).
        uses: shape (options, resources).
        limit: capacities, shape (resources,).
        single: positions that a rule forbids alone.
        pairs, triples: positions forbidden together, shapes (pairs, 2) and (triples, 3).
    """

    picks: tuple[Pick, ...]
    attribute: Ints
    start: Ints
    cost: Ints
    uses: Ints
    limit: Ints
    single: Ints
    pairs: Ints
    triples: Ints

    @cached_property
    def index(self) -> dict[Pick, int]:
        """Position of each option."""
        return {pick: number for number, pick in enumerate(self.picks)}

    @property
    def attributes(self) -> int:
        """Number of attributes."""
        return len(self.start) - 1

    def cheapest(self, value: Floats, alive: Bools) -> Floats:
        """Return the least value of each attribute's live options; infinity where none lives."""
        found: Floats = np.minimum.reduceat(np.where(alive, value, np.inf), self.start[:-1])
        return found


def arrays_of(problem: ConfigurationProblem) -> Arrays:
    """Return the arrays of a problem; soft rules are left out."""
    picks = tuple(problem.picks())
    index = {pick: number for number, pick in enumerate(picks)}
    sizes = [len(one.options) for one in problem.attributes]
    options = [option for one in problem.attributes for option in one.options]
    resources = list(problem.capacity)
    by_length: dict[int, list[list[int]]] = {1: [], 2: [], 3: []}
    for rule in problem.forbidden:
        by_length[len(rule.picks)].append([index[pick] for pick in rule.picks])
    return Arrays(
        picks=picks,
        attribute=np.repeat(np.arange(len(sizes)), sizes),
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        cost=np.array([one.cost for one in options], dtype=np.int64),
        uses=np.array(
            [[one.uses.get(resource, 0) for resource in resources] for one in options],
            dtype=np.int64,
        ).reshape(len(options), len(resources)),
        limit=np.array(list(problem.capacity.values()), dtype=np.int64),
        single=np.array([row[0] for row in by_length[1]], dtype=np.int64),
        pairs=_rows(by_length[2], 2),
        triples=_rows(by_length[3], 3),
    )


def _rows(rows: Iterable[Iterable[int]], width: int) -> Ints:
    """Return sorted rows without repetition."""
    found = np.array([sorted(row) for row in rows], dtype=np.int64).reshape(-1, width)
    return np.unique(found, axis=0) if len(found) else found
