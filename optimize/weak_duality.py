"""Whether a model's penalties suffice, by weak duality, in exact numbers.

With prices of capacities and conflict rows, the energy of any state is at least the prices' bound,
plus the reduced costs of what it picks, plus each broken rule's weight, less the price of each row
times its excess. A row's excess is at most the rules broken in it and the surplus picks of its
attributes. So every state that breaks a rule lies above ``upper`` where each weight exceeds

    forbidden product   prices of its rows, and upper - bound less reduced costs of its picks
    attribute empty     upper - bound, less what its own price pays already
    two picks of one    what two cost fewer than empty, prices of its rows, and the same need
    excess wall, rest   what a pick of -1 can gain, prices of its rows, and the same need
    product bit         all that it can hide, prices of the rows of those rules, and the same need
    excess of capacity  upper - bound, where slack is exact

``upper`` is at least the best feasible choice's objective, which is at least its energy. Nothing
here is taken from the setting but the weights: prices, bound and reduced costs are added up anew as
fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from optimize.layout import Term
from optimize.model import ConfigurationProblem
from optimize.penalties import priced_rows
from optimize.qubo import Qubo, rebuilt
from optimize.relaxation import Relaxation

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proved about a model's penalties.

    Attributes:
        holds: whether every state that breaks a covered rule lies above the best feasible choice.
        covers: the kinds of rule that this speaks of: ``one option``, ``forbidden``, and
            ``capacity`` where slack is exact.
        margin: least excess of a weight over what it must exceed; positive where it holds.
        bound: of the objective, from the prices.
        upper: what those states lie above.
        fails: weights that are too small, in words, the worst first.
    """

    holds: bool
    covers: tuple[str, ...]
    margin: Fraction
    bound: Fraction
    upper: Fraction
    fails: tuple[str, ...]


def certificate(
    qubo: Qubo, problem: ConfigurationProblem, relaxation: Relaxation | None
) -> Certificate:
    """Check a model's penalties against what weak duality asks of them.

    Args:
        problem, relaxation: the model was built from.
    """
    check = _Check(qubo, problem, relaxation)
    margins = [
        *check.empty(), *check.exclusions(), *check.forbidden(), *check.products(),
        *check.capacities(),
    ]  # fmt: skip
    if not qubo.bqm.is_almost_equal(rebuilt(qubo, qubo.penalties).bqm, places=9):
        margins.append((Fraction(-1), "the model is not the one that its penalties make"))
    if qubo.drawn:
        margins.append((Fraction(-1), "a feasible choice may pay any distance from a drawn use"))
    margins.sort()
    firm = qubo.capacity == "slack" and all(slack.firm for slack in qubo.slacks)
    return Certificate(
        holds=all(margin > 0 for margin, _ in margins),
        covers=("one option", "forbidden", *(("capacity",) if firm else ())),
        margin=margins[0][0] if margins else Fraction(1),
        bound=check.bound,
        upper=check.upper,
        fails=tuple(f"{what}: {float(margin):.3g}" for margin, what in margins if margin <= 0),
    )


class _Check:
    """Margins of all weights, with what each is the weight of."""

    def __init__(
        self, qubo: Qubo, problem: ConfigurationProblem, relaxation: Relaxation | None
    ) -> None:
        layout, weights = qubo.layout, qubo.penalties
        self.layout, self.weights, self.qubo = layout, weights, qubo
        arrays, names = layout.arrays, layout.resources
        self.rule_price = [ZERO] * len(layout.forbidden)
        self.group_price = [ZERO] * len(layout.groups())
        multiplier = {name: Fraction(m) for name, m in zip(names, weights.multiplier, strict=True)}
        priced = {}
        for position in layout.alive.nonzero()[0].tolist():
            uses = problem.option(arrays.picks[position]).uses
            cost = Fraction(float(layout.linear[position]))
            priced[position] = cost + sum(multiplier[r] * amount for r, amount in uses.items())
        paid = sum((multiplier[r] * most for r, most in problem.capacity.items()), ZERO)
        for row in priced_rows(layout, relaxation) if weights.scheme == "dual" else ():
            price = Fraction(row.price)
            paid += price * row.limit
            for position in row.picks:
                priced[position] += price
            for rule in row.rules:
                self.rule_price[rule] += price
            for group in row.groups:
                self.group_price[group] += price
        decided = sum((priced[position] for position in layout.decided), ZERO)
        self.least = [min(priced[p] for p in group) for group in layout.groups()]
        self.reduced = [
            priced[p] - least
            for group, least in zip(layout.groups(), self.least, strict=True)
            for p in group
        ]
        self.bound = layout.constant + decided + sum(self.least, ZERO) - paid
        self.upper = Fraction(weights.upper)
        self.need = self.upper + Fraction(qubo.residual) - self.bound

    def _name(self, term: Term) -> str:
        picks = self.layout.arrays.picks
        return " with ".join("=".join(picks[position]) for position in term.whole)

    def empty(self) -> list[tuple[Fraction, str]]:
        """Return margins of attributes without a pick."""
        if not self.qubo.encoding.may_be_empty:
            return []
        return [
            (self._drop(number) - self.need, f"no option of {self._owner(number)}")
            for number in range(len(self.least))
        ]

    def _drop(self, number: int) -> Fraction:
        """Return what leaving out an attribute costs beyond its least price."""
        weights = self.weights
        return (
            Fraction(weights.price[number]) + Fraction(weights.empty[number]) - self.least[number]
        )

    def _owner(self, number: int) -> str:
        return self.layout.arrays.picks[self.layout.groups()[number][0]][0]

    def exclusions(self) -> list[tuple[Fraction, str]]:
        """Return margins of several picks of one attribute, and of picks of -1."""
        found = []
        gain = self._gain()
        for weight, one in zip(self.weights.exclusion, self.qubo.encoding.exclusions, strict=True):
            own = Fraction(weight) - self.group_price[one.group]
            if one.negative >= 0:
                own -= self.reduced[one.negative] + gain[one.negative]
            else:
                own -= self._drop(one.group)
            margin = own + sum((self.reduced[c] for c in one.picks), ZERO) - self.need
            name = f"several options of {self._owner(one.group)}"
            found.append((margin if own >= 0 else min(margin, own), name))
        return found

    def _gain(self) -> list[Fraction]:
        """Return how far products can fall where a column's pick is -1."""
        layout = self.layout
        found = [ZERO] * len(layout.open)
        for worth, term in (
            *zip(self.weights.forbidden, layout.forbidden, strict=True),
            *((term.weight, term) for term in layout.priced),
        ):
            of = term.left if len(term.left) == 2 else (layout.split[term.left][1],)
            for position in of:
                found[layout.columns[position]] += Fraction(worth)
        for weight, pair in zip(self.weights.product, layout.products, strict=True):
            for position in pair:
                found[layout.columns[position]] += Fraction(weight)
        return found

    def forbidden(self) -> list[tuple[Fraction, str]]:
        """Return margins of forbidden products."""
        found = []
        for number, term in enumerate(self.layout.forbidden):
            own = Fraction(self.weights.forbidden[number]) - self.rule_price[number]
            picked = sum((self.reduced[self.layout.columns[p]] for p in term.left), ZERO)
            margin = own + picked - self.need
            found.append((margin if own >= 0 else min(margin, own), self._name(term)))
        return found

    def products(self) -> list[tuple[Fraction, str]]:
        """Return margins of auxiliary bits: a bit of 0 hides all rules over its product."""
        layout = self.layout
        hidden = dict.fromkeys(layout.products, ZERO)
        for price, term in zip(self.rule_price, layout.forbidden, strict=True):
            if len(term.left) == 3:
                hidden[layout.split[term.left][0]] += price
        rules = {layout.split[t.left][0] for t in layout.forbidden if len(t.left) == 3}
        picks = layout.arrays.picks
        return [
            (
                Fraction(weight) - hidden[pair] - (self.need if pair in rules else ZERO),
                f"product of {'='.join(picks[pair[0]])} and {'='.join(picks[pair[1]])}",
            )
            for weight, pair in zip(self.weights.product, layout.products, strict=True)
        ]

    def capacities(self) -> list[tuple[Fraction, str]]:
        """Return margins of exact slack; an integer excess is at least 1."""
        return [
            (
                Fraction(self.weights.square[slack.resource]) - self.need,
                f"capacity of {self.layout.resources[slack.resource]}",
            )
            for slack in self.qubo.slacks
            if slack.firm
        ]
