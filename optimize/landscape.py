"""What a change of options does to a problem's cost, conflicts, capacities and tiers, in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimize.arrays import Arrays, Bools, Floats, Ints, arrays_of
from optimize.model import Choice, ConfigurationProblem

#: Options beyond which no dense table of pairs is built.
MOST_DENSE = 6000


@dataclass(frozen=True)
class Landscape:
    """Quantities of a choice: each a sum over its options, its pairs and its threes of options.

    The first quantity is minimised, the others may not exceed their limits: the number of broken
    rules (limit 0), the capacities, and the violated weight of tiers that were decided before.

    Attributes:
        arrays: the problem.
        linear: shape (quantities, options).
        pairs: by quantity, a symmetric table of shape (options, options).
        threes: positions of three options, the quantity that they add to, and how much.
        limit: shape (quantities,); the first is infinite.
    """

    arrays: Arrays
    linear: Floats
    pairs: dict[int, Floats]
    threes: tuple[tuple[int, int, int, int, float], ...]
    limit: Floats
    _three: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = [row[:4] for row in self.threes]
        object.__setattr__(self, "_three", np.array(rows, dtype=np.int64).reshape(-1, 4))

    @property
    def options(self) -> int:
        """Number of options."""
        return len(self.arrays.picks)

    def chosen(self, choices: Ints) -> Floats:
        """Return 0 and 1 by option, shape (batch, options), of choices (batch, attributes)."""
        found = np.zeros((len(choices), self.options))
        found[np.arange(len(choices))[:, None], choices] = 1.0
        return found

    def values(self, choices: Ints) -> Floats:
        """Return what each option adds or would add, shape (quantities, batch, options).

        For an option that is not chosen: in place of its attribute's, the others as they are.
        """
        taken = self.chosen(choices)
        found = np.repeat(self.linear[:, None, :], len(choices), axis=1)
        for quantity, table in self.pairs.items():
            found[quantity] += taken @ table
        return self.with_threes(found, taken)

    def with_threes(self, values: Floats, taken: Floats) -> Floats:
        """Add to each option what the threes that it would complete weigh."""
        if not self.threes:
            return values
        weight = np.array([row[4] for row in self.threes])
        for spot in range(3):
            one, other = (self._three[:, s] for s in range(3) if s != spot)
            done = taken[:, one] * taken[:, other] * weight
            hit, which = np.nonzero(done)
            np.add.at(
                values,
                (self._three[which, 3], hit, self._three[which, spot]),
                done[hit, which],
            )
        return values

    def totals(self, choices: Ints) -> Floats:
        """Return the quantities of choices, shape (quantities, batch)."""
        rows = np.arange(len(choices))[:, None]
        found: Floats = self.linear[:, choices].sum(axis=2)
        taken = self.chosen(choices)
        for quantity, table in self.pairs.items():
            found[quantity] += (taken @ table)[rows, choices].sum(axis=1) / 2
        for one, other, last, quantity, weight in self.threes:
            found[quantity] += weight * taken[:, one] * taken[:, other] * taken[:, last]
        return found

    def feasible(self, totals: Floats) -> Bools:
        """Return which choices keep all limits, from their totals; shape (batch,)."""
        over: Bools = totals[1:] > self.limit[1:, None]
        kept: Bools = ~np.logical_or.reduce(over, axis=0)
        return kept

    def positions(self, choice: Choice) -> Ints:
        """Return a choice as positions, shape (attributes,)."""
        index = self.arrays.index
        firsts = self.arrays.start[:-1].tolist()
        return np.array([index[self._pick(first, choice)] for first in firsts], dtype=np.int64)

    def choice(self, positions: Ints) -> dict[str, str]:
        """Return positions as a choice."""
        return dict(self.arrays.picks[int(position)] for position in positions)

    def _pick(self, first: int, choice: Choice) -> tuple[str, str]:
        name = self.arrays.picks[first][0]
        return name, choice[name]


def landscape_of(
    problem: ConfigurationProblem,
    *,
    arrays: Arrays | None = None,
    tier: str | None = None,
    decided: Sequence[tuple[str, int]] = (),
) -> Landscape:
    """Return the landscape of a problem's cost, or of one tier's violated weight.

    Args:
        arrays: the problem's, where they are there already.
        tier: minimised in place of the cost.
        decided: tiers with the violated weight that may not be exceeded.
    """
    arrays = arrays_of(problem) if arrays is None else arrays
    options, resources = len(arrays.picks), len(arrays.limit)
    tiers = ([tier] if tier is not None else []) + [name for name, _ in decided]
    row = {name: 2 + resources + n for n, (name, _) in enumerate(decided)}
    if tier is not None:
        row[tier] = 0
    linear = np.zeros((2 + resources + len(decided), options))
    if tier is None:
        linear[0] = arrays.cost
    linear[2 : 2 + resources] = arrays.uses.T
    linear[1, arrays.single] = 1.0
    excluding = np.zeros((options, options))
    excluding[arrays.pairs[:, 0], arrays.pairs[:, 1]] = 1.0
    excluding[arrays.pairs[:, 1], arrays.pairs[:, 0]] = 1.0
    pairs = {1: excluding}
    threes = [(one, other, last, 1, 1.0) for one, other, last in arrays.triples.tolist()]
    for rule in problem.soft if tiers else ():
        if rule.tier not in row:
            continue
        at = [arrays.index[pick] for pick in rule.picks]
        quantity = row[rule.tier]
        if len(at) == 1:
            linear[quantity, at[0]] += rule.weight
        elif len(at) == 2:
            table = pairs.setdefault(quantity, np.zeros((options, options)))
            table[at[0], at[1]] += rule.weight
            table[at[1], at[0]] += rule.weight
        else:
            threes.append((at[0], at[1], at[2], quantity, float(rule.weight)))
    limit = np.concatenate([[np.inf, 0.0], arrays.limit, [most for _, most in decided]])
    return Landscape(arrays, linear, pairs, tuple(threes), limit.astype(float))
