"""What a quadratic model is built over: live options, the rules left among them, shared products.

Options that a rule forbids alone are dropped; an attribute with one live option is decided, and the
rules that name it shrink, which may forbid further options. What is left has at least two options
per attribute and rules of two or three picks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from base import SolverError
from optimize.arrays import Arrays, Bools, Floats, arrays_of
from optimize.model import ConfigurationProblem, Pick

#: A product of two picks, by position.
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Term:
    """A product of picks with what it is worth.

    Attributes:
        whole: positions as the rule names them, decided picks included.
        left: positions of undecided attributes, one to three.
        weight: in the objective; 0 where the product is forbidden.
    """

    whole: tuple[int, ...]
    left: tuple[int, ...]
    weight: int = 0


@dataclass(frozen=True)
class Layout:
    """A problem prepared for a quadratic model.

    Attributes:
        arrays: of the whole problem; positions below are positions there.
        resources: names of the capacities, in the order of the arrays.
        alive: options that no rule excludes, shape (options,).
        open: live positions of undecided attributes, ascending.
        decided: the only live position of each decided attribute.
        linear: objective of each option, shape (options,).
        constant: objective of what is decided and not linear.
        forbidden: products that must not be chosen, each of two or three undecided picks.
        priced: products with a positive weight in the objective, likewise.
        split: for each product of three, the pair that shares an auxiliary bit, and the third.
    """

    arrays: Arrays
    resources: tuple[str, ...]
    alive: Bools
    open: tuple[int, ...]
    decided: tuple[int, ...]
    linear: Floats
    constant: int
    forbidden: tuple[Term, ...]
    priced: tuple[Term, ...]
    split: Mapping[tuple[int, ...], tuple[Pair, int]]

    @cached_property
    def columns(self) -> Mapping[int, int]:
        """Place of each open position among the open ones."""
        return {position: column for column, position in enumerate(self.open)}

    @cached_property
    def products(self) -> tuple[Pair, ...]:
        """Pairs that have an auxiliary bit, in order."""
        return tuple(sorted({pair for pair, _ in self.split.values()}))

    def groups(self) -> list[list[int]]:
        """Return the open positions of each undecided attribute."""
        found: dict[int, list[int]] = defaultdict(list)
        for position in self.open:
            found[int(self.arrays.attribute[position])].append(position)
        return list(found.values())


def lay_out(
    problem: ConfigurationProblem, weights: Mapping[tuple[Pick, ...], int] | None = None
) -> Layout:
    """Prepare a problem.

    Args:
        weights: objective in place of the cost: what each pick, or combination of up to three,
            adds where it is chosen. Combinations weigh zero or more.

    Raises:
        SolverError: where an attribute has no option left, or a weight is negative.
    """
    arrays = arrays_of(problem)
    rules = [tuple(row) for row in (*arrays.pairs.tolist(), *arrays.triples.tolist())]
    alive = _propagate(arrays, rules, problem.name)
    decided = _decided(arrays, alive)
    fixed = set(decided)
    linear = arrays.cost.astype(float) if weights is None else np.zeros(len(alive))
    constant = 0
    priced: list[Term] = []
    for picks, weight in (weights or {}).items():
        whole = tuple(sorted(arrays.index[pick] for pick in picks))
        if len(whole) > 1 and weight < 0:
            raise SolverError(
                f"weight {weight} of a combination", where=problem.name, hint="give zero or more"
            )
        if not alive[list(whole)].all() or not weight:
            continue
        left = tuple(position for position in whole if position not in fixed)
        if len(whole) == 1 or len(left) == 1:
            linear[left or whole] += weight
        elif not left:
            constant += weight
        else:
            priced.append(Term(whole, left, weight))
    forbidden = _shrunk(rules, alive, fixed)
    return Layout(
        arrays=arrays,
        resources=tuple(problem.capacity),
        alive=alive,
        open=tuple(p for p in np.flatnonzero(alive).tolist() if p not in fixed),
        decided=decided,
        linear=linear,
        constant=constant,
        forbidden=forbidden,
        priced=tuple(priced),
        split=_split([term.left for term in (*forbidden, *priced) if len(term.left) == 3]),
    )


def _propagate(arrays: Arrays, rules: Sequence[tuple[int, ...]], name: str) -> Bools:
    """Return which options live once decided attributes have shrunk the rules about them."""
    alive = np.ones(len(arrays.picks), dtype=bool)
    alive[arrays.single] = False
    while True:
        left = np.add.reduceat(alive.astype(int), arrays.start[:-1])
        if not left.all():
            attribute = arrays.picks[int(arrays.start[int(np.argmin(left))])][0]
            raise SolverError(f"no option of {attribute} is allowed", where=name)
        fixed = set(_decided(arrays, alive))
        banned = [
            rest[0]
            for rule in rules
            if len(rest := [p for p in rule if p not in fixed]) == 1 and alive[rest[0]]
        ]
        if broken := [rule for rule in rules if fixed.issuperset(rule)]:
            attribute = arrays.picks[broken[0][0]][0]
            raise SolverError(f"no option of {attribute} is allowed", where=name)
        if not banned:
            return alive
        alive[banned] = False


def _decided(arrays: Arrays, alive: Bools) -> tuple[int, ...]:
    count = np.add.reduceat(alive.astype(int), arrays.start[:-1])
    return tuple(np.flatnonzero(alive & (count[arrays.attribute] == 1)).tolist())


def _shrunk(rules: Sequence[tuple[int, ...]], alive: Bools, fixed: set[int]) -> tuple[Term, ...]:
    """Return rules over undecided picks, without those that a shorter one implies."""
    found: dict[tuple[int, ...], Term] = {}
    for rule in rules:
        if alive[list(rule)].all():
            left = tuple(position for position in rule if position not in fixed)
            found.setdefault(left, Term(rule, left))
    return tuple(
        term
        for left, term in found.items()
        if len(left) == 2 or not any(pair in found for pair in combinations(left, 2))
    )


def _split(triples: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], tuple[Pair, int]]:
    """Return which pair of each product of three gets a bit; frequent pairs first, to share it."""
    waiting = set(triples)
    found: dict[tuple[int, ...], tuple[Pair, int]] = {}
    while waiting:
        count = Counter(pair for triple in waiting for pair in combinations(triple, 2))
        most = max(count.values())
        if most == 1:
            best = {min(combinations(triple, 2)) for triple in waiting}
        else:
            best = {min(pair for pair, times in count.items() if times == most)}
        for pair in sorted(best):
            for triple in sorted(waiting):
                if set(pair) <= set(triple):
                    (third,) = set(triple) - set(pair)
                    found[triple] = (pair, third)
            waiting -= set(found)
    return found
